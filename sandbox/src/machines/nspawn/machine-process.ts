import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { until } from './commands.ts';
import { ControlGroups } from './control-groups.ts';
import type { MachineFiles } from './machine-files.ts';
import { bridgeName } from './tenant-network.ts';

/**
 * Enters the machine's control groups and the network's namespace, then mounts the disk where nobody else sees it, so
 * that the mount ends with the machine. `ip netns exec` would not do: it hides /sys/fs/cgroup. nspawn keeps its own
 * notes under /run/systemd/nspawn and cannot remove them on every host: they end with the machine as well.
 */
const launchScript = `set -eu
for file in $CGROUPS; do echo $$ >"$file"; done
unset CGROUPS
exec nsenter --net="/run/netns/$NAMESPACE" unshare --mount --propagation private sh -c '
set -eu
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$UPPER,workdir=$WORK" "$ROOT"
exec systemd-nspawn "$@"' launch "$@"`;

/** A running machine: the leader process and everything under it. */
export class MachineProcess {
  readonly #leader: ChildProcess;
  readonly #groups: ControlGroups;

  private constructor(leader: ChildProcess, groups: ControlGroups) {
    this.#leader = leader;
    this.#groups = groups;
  }

  /** Boots a machine from its files. Returns once systemd runs in it; its console goes to `files.console`. */
  static async start(
    id: string,
    files: MachineFiles,
    lower: string,
    namespace: string,
    signal: AbortSignal,
  ): Promise<MachineProcess> {
    const groups = await ControlGroups.of(id);
    const entries = await groups.create();
    const output = await open(files.console, 'a');
    try {
      const leader = spawn('sh', ['-c', launchScript, 'launch', ...nspawnArguments(id, files)], {
        // A session of its own: the signals of our terminal are not for it.
        detached: true,
        stdio: ['ignore', output.fd, output.fd],
        env: {
          PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          CGROUPS: entries.join(' '),
          NAMESPACE: namespace,
          LOWER: lower,
          UPPER: files.upper,
          WORK: files.work,
          ROOT: files.root,
        },
      });
      const machine = new MachineProcess(leader, groups);
      leader.on('error', () => undefined);
      const running = await until(
        async () => signal.aborted || machine.ended || (await hasPayload(leader.pid)),
        30_000,
      );
      if (running && !signal.aborted && !machine.ended) return machine;
      await machine.stop(0);
      signal.throwIfAborted();
      const said = (await readFile(files.console, 'utf8')).trim().split('\n').slice(-5).join('\n');
      throw new Error(`systemd-nspawn did not start machine ${id}: ${said}`);
    } finally {
      await output.close();
    }
  }

  /** True once the machine has ended, by itself or by {@link stop}. */
  get ended(): boolean {
    return this.#leader.pid === undefined || this.#leader.exitCode !== null || this.#leader.signalCode !== null;
  }

  /** Powers the machine off, and after the given time pulls the plug. Nothing of it runs afterwards. */
  async stop(powerOffSeconds: number): Promise<void> {
    if (!this.ended && powerOffSeconds > 0) {
      const ended = once(this.#leader, 'exit');
      // nspawn turns this into a power-off request for systemd in the machine.
      this.#leader.kill('SIGTERM');
      await Promise.race([ended, until(() => this.ended, powerOffSeconds * 1000, 100)]);
    }
    await this.#groups.remove();
  }
}

/** Ends what is left of a machine that another process of the driver started. */
export async function endLeftOver(id: string): Promise<void> {
  await (await ControlGroups.of(id)).remove();
}

function nspawnArguments(id: string, files: MachineFiles): string[] {
  return [
    ...['-D', files.root, '-M', `m-${id.slice(0, 8)}`, '-b', '--console=read-only'],
    // The host needs no systemd.
    ...['--register=no', '--keep-unit'],
    ...[`--network-bridge=${bridgeName}`, '--capability=all'],
    // What runc, kubelet and kube-proxy call and nspawn's filter forbids.
    '--system-call-filter=add_key keyctl bpf perf_event_open',
    ...[`--bind=${files.containerd}:/var/lib/containerd`, `--bind=${files.etcd}:/var/lib/etcd`, '--bind=/dev/kmsg'],
    ...['--resolv-conf=off', '--timezone=off', '--link-journal=no'],
    // How cloud-init knows in a container that it is on OpenStack.
    '--setenv=product_name=OpenStack Nova',
    '--setenv=TERM=dumb',
  ];
}

async function hasPayload(pid: number | undefined): Promise<boolean> {
  if (pid === undefined) return false;
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return name.trim() === 'systemd-nspawn' && children.trim() !== '';
}
