import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Machine, MachineDriver, MachineInterface, VipForward } from '../driver.ts';
import { BootWatch } from './boot-watch.ts';
import { DriverState } from './driver-state.ts';
import { raiseHostLimits } from './host-limits.ts';
import { missingForMachines } from './host-requirements.ts';
import { readConsole } from './machine-console.ts';
import { createMachineFiles, machineFiles, removeMachineFiles } from './machine-files.ts';
import { readMachineImage, type MachineImage } from './machine-image.ts';
import { endLeftOver, MachineProcess } from './machine-process.ts';
import { Serial } from './serial.ts';
import { removeNamespace, TenantNetwork, type HostForward } from './tenant-network.ts';

/** What the nspawn driver needs to know. */
export interface NspawnOptions {
  /** Where machines keep their disks; taken by one driver at a time. Best on the image's file system. */
  readonly dataDir: string;
  /** A folder that the image builder made. */
  readonly imageDir: string;
  /** Answers machines at http://169.254.169.254. */
  readonly metadata: (machine: Machine, request: IncomingMessage, response: ServerResponse) => void;
  /** Services of the host that machines reach at 169.254.169.253. */
  readonly hostForwards: readonly HostForward[];
  readonly log: (line: string) => void;
  /** How long a machine may take to power off before the plug is pulled. Default 3. */
  readonly powerOffSeconds?: number;
}

interface Running {
  readonly machine: Machine;
  readonly port: MachineInterface;
  process: MachineProcess | undefined;
  boot: BootWatch | undefined;
}

/**
 * Machines as systemd-nspawn containers with a whole Debian in them: real systemd, cloud-init, containerd, kubelet and
 * kubeadm. Needs root on Linux, but no systemd on the host. Flavors are not enforced: a machine sees the host's
 * processors and memory.
 *
 * @throws Error in one sentence for each thing that is missing on this host.
 */
export async function createNspawnDriver(options: NspawnOptions): Promise<MachineDriver> {
  const missing = await missingForMachines();
  if (missing.length > 0) throw new Error(missing.join('\n'));
  await raiseHostLimits(options.log);
  const image = await readMachineImage(options.imageDir);
  const { state, leftOver } = await DriverState.take(options.dataDir);
  const driver = new NspawnDriver(options, image, state);
  for (const id of leftOver.machines) {
    options.log(`removing machine ${id}, left by an earlier run`);
    await endLeftOver(id);
    await driver.forget(id);
  }
  for (const namespace of leftOver.namespaces) {
    await removeNamespace(namespace);
    await state.removeNamespace(namespace);
  }
  return driver;
}

class NspawnDriver implements MachineDriver {
  readonly #options: NspawnOptions;
  readonly #image: MachineImage;
  readonly #state: DriverState;
  readonly #machines = new Map<string, Running>();
  readonly #networks = new Map<string, TenantNetwork>();
  readonly #serial = new Serial();
  /** Never listens: its connections come out of the networks. */
  readonly #metadataServer = createServer((request, response) => this.#answer(request, response));
  readonly #networkOf = new WeakMap<Socket, string>();
  #vips: readonly VipForward[] = [];
  #closed = false;

  constructor(options: NspawnOptions, image: MachineImage, state: DriverState) {
    this.#options = options;
    this.#image = image;
    this.#state = state;
  }

  async boot(machine: Machine, signal: AbortSignal): Promise<void> {
    const port = this.#check(machine);
    await this.#serial.run(machine.id, async () => {
      signal.throwIfAborted();
      if (this.#closed) throw new Error('the machine driver is closed');
      if (this.#machines.get(machine.id)?.process?.ended === false) return;
      const files = this.#files(machine.id);
      const running: Running = { machine, port, process: undefined, boot: undefined };
      await this.#state.addMachine(machine.id);
      this.#machines.set(machine.id, running);
      try {
        const network = await this.#enterNetwork(port);
        await endLeftOver(machine.id);
        await createMachineFiles(files, this.#image, machine, port);
        const process = await MachineProcess.start(machine.id, files, this.#image.rootfs, network.namespace, signal);
        const watched = { name: machine.name, consoleFile: files.console, ended: () => process.ended };
        running.process = process;
        running.boot = new BootWatch(watched, this.#options.log);
      } catch (cause) {
        await this.#remove(machine.id);
        throw cause;
      }
    });
  }

  async destroy(id: string): Promise<void> {
    await this.#serial.run(id, () => this.#remove(id));
  }

  console(id: string): string | undefined {
    return this.#machines.has(id) ? readConsole(this.#files(id).console) : undefined;
  }

  accept(client: Socket, networkId: string, address: string, port: number): void {
    const network = this.#networks.get(networkId);
    if (network === undefined) client.destroy();
    else network.accept(client, address, port);
  }

  async canAccept(networkId: string, address: string, port: number): Promise<boolean> {
    return (await this.#networks.get(networkId)?.canAccept(address, port)) ?? false;
  }

  async setVips(forwards: readonly VipForward[]): Promise<void> {
    this.#vips = forwards;
    await Promise.all([...this.#networks.keys()].map((id) => this.#serial.run(id, () => this.#applyVips(id))));
  }

  async close(): Promise<void> {
    this.#closed = true;
    const results = await Promise.allSettled([...this.#machines.keys()].map((id) => this.destroy(id)));
    this.#metadataServer.closeAllConnections();
    await this.#state.release();
    const failed = results.filter((result) => result.status === 'rejected').map((result) => String(result.reason));
    if (failed.length > 0) throw new Error(`${failed.length} machines could not be removed: ${failed.join('; ')}`);
  }

  /** Removes what is left of a machine whose processes have ended. */
  async forget(id: string): Promise<void> {
    await removeMachineFiles(this.#files(id));
    await this.#state.removeMachine(id);
  }

  async #remove(id: string): Promise<void> {
    const running = this.#machines.get(id);
    if (running === undefined) return;
    running.boot?.stop();
    if (running.process === undefined) await endLeftOver(id);
    else await running.process.stop(this.#options.powerOffSeconds ?? 3);
    this.#networks.get(running.port.networkId)?.drop(running.port.address);
    await this.forget(id);
    this.#machines.delete(id);
    await this.#leaveNetwork(running.port.networkId);
  }

  /** The network of a port, made if this is its first machine. */
  async #enterNetwork(port: MachineInterface): Promise<TenantNetwork> {
    return this.#serial.run(port.networkId, async () => {
      let network = this.#networks.get(port.networkId);
      if (network === undefined) {
        network = await this.#openNetwork(port.networkId);
        this.#networks.set(port.networkId, network);
        await this.#applyVips(port.networkId);
      }
      await network.addSubnet(port);
      return network;
    });
  }

  async #openNetwork(id: string): Promise<TenantNetwork> {
    const network = new TenantNetwork(`slipway-${id.slice(0, 13)}`, {
      hostForwards: this.#options.hostForwards,
      metadata: (socket) => {
        this.#networkOf.set(socket, id);
        this.#metadataServer.emit('connection', socket);
      },
      log: this.#options.log,
    });
    await this.#state.addNamespace(network.namespace);
    try {
      await network.open();
    } catch (cause) {
      await network.close();
      await this.#state.removeNamespace(network.namespace);
      throw cause;
    }
    return network;
  }

  /** Removes the network if no machine is left in it. */
  async #leaveNetwork(id: string): Promise<void> {
    await this.#serial.run(id, async () => {
      const network = this.#networks.get(id);
      if (network === undefined || [...this.#machines.values()].some(({ port }) => port.networkId === id)) return;
      this.#networks.delete(id);
      await network.close();
      await this.#state.removeNamespace(network.namespace);
    });
  }

  async #applyVips(networkId: string): Promise<void> {
    const vips = this.#vips.filter((vip) => vip.networkId === networkId);
    await this.#networks.get(networkId)?.setVips(vips);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const networkId = this.#networkOf.get(request.socket);
    const running = [...this.#machines.values()].find(
      ({ port }) => port.networkId === networkId && port.address === request.socket.remoteAddress,
    );
    if (running !== undefined) {
      running.boot?.stop();
      this.#options.metadata(running.machine, request, response);
    } else response.writeHead(404, { 'content-type': 'text/plain' }).end('No machine has this address.\n');
  }

  #check(machine: Machine): MachineInterface {
    const [port, ...others] = machine.interfaces;
    if (port === undefined)
      throw new Error(`server ${machine.name} (${machine.id}) has no port: nspawn machines need one`);
    if (others.length > 0) {
      throw new Error(
        `server ${machine.name} (${machine.id}) has ${machine.interfaces.length} ports: nspawn machines have one`,
      );
    }
    const wanted = machine.image.properties['kube_version'];
    if (wanted !== undefined && wanted !== this.#image.kubeVersion) {
      throw new Error(
        `server ${machine.name} (${machine.id}) wants Kubernetes ${wanted} (image ${machine.image.name}), but the machine image of this host has ${this.#image.kubeVersion}`,
      );
    }
    return port;
  }

  #files(id: string): ReturnType<typeof machineFiles> {
    return machineFiles(join(this.#options.dataDir, 'machines', id));
  }
}
