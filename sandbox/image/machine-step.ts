import { chmod, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { containers } from './containers-step.ts';
import { debianRoot } from './debian-step.ts';
import { etcd, kubernetes } from './parts.ts';
import { containerImages, versions } from './pins.ts';
import { run } from './run.ts';
import type { Step } from './step.ts';

const additions = join(import.meta.dirname, 'rootfs');
const enabled = [
  'systemd-networkd',
  'systemd-networkd-wait-online',
  'machine-prepare',
  'containerd',
  'bird',
  'kubelet',
];
/** What would manage the host's devices, terminals and disks, or call out to package mirrors. */
const masked = [
  ...[
    'systemd-udevd.service',
    'systemd-udev-trigger.service',
    'systemd-udevd-control.socket',
    'systemd-udevd-kernel.socket',
  ],
  ...[
    'getty.target',
    'console-getty.service',
    'systemd-logind.service',
    'systemd-modules-load.service',
    'systemd-pstore.service',
  ],
  ...[
    'apt-daily.timer',
    'apt-daily-upgrade.timer',
    'dpkg-db-backup.timer',
    'fstrim.timer',
    'e2scrub_all.timer',
    'e2scrub_reap.service',
  ],
  ...['sys-kernel-debug.mount', 'sys-kernel-tracing.mount', 'dev-hugepages.mount', 'dev-mqueue.mount'],
];

/** What a machine boots from: `rootfs/`, `containerd/` (its image store) and `manifest.json`. */
export const machine: Step = {
  name: 'machine',
  needs: [debianRoot, kubernetes, etcd, containers],
  files: [import.meta.filename, additions],
  inputs: [versions, containerImages],
  async make(output, results) {
    const rootfs = join(output, 'rootfs');
    await run('cp', ['-a', '--reflink=auto', join(results(debianRoot), 'rootfs'), rootfs], { timeoutSeconds: 600 });
    await addPrograms(rootfs, results(kubernetes), results(etcd));
    await addConfiguration(rootfs);
    await mkdir(join(output, 'containerd'));
    const loaded = await loadImages(rootfs, join(output, 'containerd'), join(results(containers), 'images.tar'));
    const manifest = { kubeVersion: `v${versions.kubernetes}`, versions, images: loaded };
    await writeFile(join(output, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  },
};

async function addPrograms(rootfs: string, kubernetesFolder: string, etcdFolder: string): Promise<void> {
  // The name kubeadm in the path is the wrapper of rootfs/usr/bin.
  await mkdir(join(rootfs, 'usr/libexec/kubernetes'), { recursive: true });
  await cp(join(kubernetesFolder, 'kubeadm'), join(rootfs, 'usr/libexec/kubernetes/kubeadm'));
  for (const program of ['kubelet', 'kubectl'])
    await cp(join(kubernetesFolder, program), join(rootfs, 'usr/bin', program));
  for (const program of ['etcdctl', 'etcdutl']) await cp(join(etcdFolder, program), join(rootfs, 'usr/bin', program));
  // Where containerd and every network add-on look for them.
  await mkdir(join(rootfs, 'opt/cni'), { recursive: true });
  await cp(join(rootfs, 'usr/lib/cni'), join(rootfs, 'opt/cni/bin'), { recursive: true });
}

async function addConfiguration(rootfs: string): Promise<void> {
  await run('cp', ['-R', `${additions}/.`, rootfs]);
  for (const script of ['usr/local/lib/machine/prepare', 'usr/bin/kubeadm']) await chmod(join(rootfs, script), 0o755);
  const containerd = join(rootfs, 'etc/containerd/config.toml.template');
  await writeFile(containerd, (await readFile(containerd, 'utf8')).replace('@PAUSE_IMAGE@', containerImages.pause));
  await run('systemctl', [`--root=${rootfs}`, 'enable', ...enabled]);
  for (const unit of masked) {
    const link = join(rootfs, 'etc/systemd/system', unit);
    await rm(link, { force: true });
    await symlink('/dev/null', link);
  }
  // Without it cloud-init skips its own DHCP try before the network is up, and asks the metadata service once it is.
  for (const path of ['usr/sbin/dhclient', 'sbin/dhclient', 'etc/hostname'])
    await rm(join(rootfs, path), { force: true });
  // Empty: each machine gets an id of its own at its first boot.
  await writeFile(join(rootfs, 'etc/machine-id'), '');
  // Folders of the host are mounted there.
  for (const path of ['var/lib/containerd', 'var/lib/etcd']) await mkdir(join(rootfs, path), { recursive: true });
}

/** Imports the archive with the machine's own containerd, and checks that kubeadm will find every image it wants. */
async function loadImages(rootfs: string, store: string, archive: string): Promise<string[]> {
  const script = `set -eu
printf 'version = 2\\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\\n' >/run/containerd.toml
containerd --config /run/containerd.toml >/run/containerd.log 2>&1 &
daemon=$!
tries=0
until ctr version >/dev/null 2>&1; do
  tries=$((tries + 1)); [ $tries -lt 100 ] || { cat /run/containerd.log >&2; exit 1; }
  sleep 0.1
done
ctr -n k8s.io images import --snapshotter overlayfs /run/images.tar >&2
ctr -n k8s.io images ls -q
echo ---
/usr/libexec/kubernetes/kubeadm config images list --kubernetes-version v${versions.kubernetes}
kill $daemon; wait $daemon || true`;
  // nspawn leaves a folder there that it cannot remove on every host.
  const isolated = 'mkdir -p /run/systemd/nspawn && mount -t tmpfs tmpfs /run/systemd/nspawn && exec "$0" "$@"';
  const output = await run(
    'unshare',
    [
      ...['--mount', '--propagation', 'private', 'sh', '-c', isolated, 'systemd-nspawn'],
      ...['--quiet', '--register=no', '--keep-unit', '--private-network', '--read-only', '--capability=all'],
      ...['--resolv-conf=off', '--timezone=off', '--link-journal=no', '--console=pipe'],
      ...['-M', `image-${process.pid}`, '-D', rootfs],
      ...[`--bind=${store}:/var/lib/containerd`, `--bind-ro=${archive}:/run/images.tar`],
      ...['sh', '-c', script],
    ],
    { timeoutSeconds: 600 },
  );
  const [loaded = [], wanted = []] = output.split('---').map((part) => part.trim().split(/\s+/));
  const missing = wanted.filter((name) => !loaded.includes(name));
  if (missing.length > 0) {
    throw new Error(
      `kubeadm ${versions.kubernetes} wants ${missing.join(', ')}, which the image does not have: see pins.ts`,
    );
  }
  return loaded.filter((name) => !name.startsWith('sha256:')).sort();
}
