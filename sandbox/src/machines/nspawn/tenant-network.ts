import { connect, type Socket } from 'node:net';
import type { MachineInterface, VipForward } from '../driver.ts';
import { command } from './commands.ts';
import { NamespaceSockets } from './namespace-sockets.ts';
import { pipeSockets } from './pipe-sockets.ts';
import { RecentAnswers } from './recent-answers.ts';

/** Where every OpenStack machine finds its metadata service. */
const metadataAddress = '169.254.169.254';
/** Where machines find services of the host, by the ports of {@link HostForward}. */
export const hostAddress = '169.254.169.253';
export const bridgeName = 'br0';

const isLoopback = (address: string): boolean => address.startsWith('127.');

/** A service of the host that machines reach at `169.254.169.253:<port>`. */
export interface HostForward {
  readonly port: number;
  readonly host: string;
  readonly hostPort: number;
}

interface Place {
  readonly address: string;
  readonly port: number;
}

/** What a network leads to outside of it. */
export interface NetworkServices {
  readonly hostForwards: readonly HostForward[];
  /** Gets each connection to the metadata service; its remote address says which machine it is. */
  metadata(socket: Socket): void;
  log(line: string): void;
}

/** One Neutron network on this host: a network namespace with a bridge, so that equal address ranges never meet. */
export class TenantNetwork {
  readonly namespace: string;
  readonly #services: NetworkServices;
  #sockets: NamespaceSockets | undefined;
  readonly #answers = new RecentAnswers();
  readonly #vips = new Map<string, { forward: VipForward; listener: number; turn: number }>();

  constructor(namespace: string, services: NetworkServices) {
    this.namespace = namespace;
    this.#services = services;
  }

  /** Makes the namespace, the bridge and the services in it. */
  async open(): Promise<void> {
    await command('ip', 'netns', 'add', this.namespace);
    await this.#ip('link', 'set', 'lo', 'up');
    await this.#ip('link', 'add', bridgeName, 'type', 'bridge');
    await this.#ip('link', 'set', bridgeName, 'up');
    // Floating IPs are loopback addresses: machines ask for them here.
    const routeLoopback = `echo 1 >/proc/sys/net/ipv4/conf/${bridgeName}/route_localnet`;
    await command('ip', 'netns', 'exec', this.namespace, 'sh', '-c', routeLoopback);
    for (const address of [metadataAddress, hostAddress])
      await this.#ip('addr', 'add', `${address}/32`, 'dev', bridgeName);
    const sockets = await NamespaceSockets.open(this.namespace);
    this.#sockets = sockets;
    await sockets.listen(metadataAddress, 80, (socket) => this.#services.metadata(socket));
    for (const { port, host, hostPort } of this.#services.hostForwards) {
      await sockets.listen(hostAddress, port, (socket) => pipeSockets(socket, connect(hostPort, host)));
    }
  }

  /** Gives the bridge the gateway's address of the interface's subnet. May be called again. */
  async addSubnet(port: MachineInterface): Promise<void> {
    if (port.gateway === undefined) {
      await this.#ip('route', 'replace', port.cidr, 'dev', bridgeName);
      return;
    }
    await this.#ip('addr', 'replace', `${port.gateway}/${prefixOf(port.cidr)}`, 'dev', bridgeName);
  }

  /** Makes exactly these VIPs reachable from inside. One that cannot be made is logged, and tried again next time. */
  async setVips(forwards: readonly VipForward[]): Promise<void> {
    const wanted = new Map(forwards.map((forward) => [`${forward.address}:${forward.port}`, forward]));
    for (const [key, vip] of this.#vips) {
      if (wanted.has(key)) continue;
      this.#vips.delete(key);
      this.#sockets?.unlisten(vip.listener);
      const shared = [...wanted.values(), ...[...this.#vips.values()].map((other) => other.forward)];
      if (!isLoopback(vip.forward.address) && !shared.some((other) => other.address === vip.forward.address)) {
        await this.#ip('addr', 'del', `${vip.forward.address}/32`, 'dev', bridgeName).catch(() => undefined);
      }
    }
    for (const [key, forward] of wanted) {
      const known = this.#vips.get(key);
      if (known !== undefined) known.forward = forward;
      else
        await this.#addVip(key, forward).catch((cause: unknown) => this.#services.log(`VIP ${key}: ${String(cause)}`));
    }
  }

  async #addVip(key: string, forward: VipForward): Promise<void> {
    // All of 127.0.0.0/8 is the network's own already.
    if (!isLoopback(forward.address)) await this.#ip('addr', 'replace', `${forward.address}/32`, 'dev', bridgeName);
    const sockets = this.#open();
    const listener = await sockets.listen(forward.address, forward.port, (socket) => void this.#balance(socket, key));
    this.#vips.set(key, { forward, listener, turn: 0 });
  }

  /** Joins a connection of the host to `address:port` in the network; a VIP leads to its members. */
  accept(client: Socket, address: string, port: number): void {
    client.on('error', () => client.destroy());
    client.pause();
    const key = `${address}:${port}`;
    if (this.#vips.has(key)) void this.#balance(client, key);
    else void this.#join(client, [{ address, port }]);
  }

  /** Members take turns; one that does not answer is passed over. */
  async #balance(client: Socket, key: string): Promise<void> {
    const vip = this.#vips.get(key);
    const members = vip?.forward.members ?? [];
    const first = vip === undefined || members.length === 0 ? 0 : vip.turn++ % members.length;
    await this.#join(client, [...members.slice(first), ...members.slice(0, first)]);
  }

  /** Whether something listens at `address:port` of the network; asked again after a second. */
  async canAccept(address: string, port: number): Promise<boolean> {
    const known = this.#answers.recent(`${address}:${port}`);
    if (known !== undefined) return known;
    const socket = await this.#connect({ address, port });
    socket?.destroy();
    return socket !== undefined;
  }

  async #join(client: Socket, targets: readonly Place[]): Promise<void> {
    const silent = (place: Place): boolean => this.#answers.recent(`${place.address}:${place.port}`) === false;
    for (const place of [...targets.filter((target) => !silent(target)), ...targets.filter(silent)]) {
      if (client.destroyed) return;
      const target = await this.#connect(place);
      if (target === undefined) continue;
      pipeSockets(client, target);
      return;
    }
    client.destroy();
  }

  async #connect({ address, port }: Place): Promise<Socket | undefined> {
    const socket = await this.#sockets?.connect(address, port).catch(() => undefined);
    this.#answers.note(`${address}:${port}`, socket !== undefined);
    return socket;
  }

  /** Ends the connections of a machine that is gone. */
  drop(address: string): void {
    this.#sockets?.drop(address);
  }

  /** Ends the helper and removes the namespace with everything in it. */
  async close(): Promise<void> {
    this.#vips.clear();
    await this.#sockets?.close();
    this.#sockets = undefined;
    await removeNamespace(this.namespace);
  }

  #open(): NamespaceSockets {
    if (this.#sockets === undefined) throw new Error(`the network ${this.namespace} is not open`);
    return this.#sockets;
  }

  async #ip(...args: readonly string[]): Promise<void> {
    await command('ip', '-n', this.namespace, ...args);
  }
}

/** Removes a network namespace if it is there. */
export async function removeNamespace(namespace: string): Promise<void> {
  const names = (await command('ip', 'netns', 'list')).split('\n').map((line) => line.split(' ')[0]);
  if (names.includes(namespace)) await command('ip', 'netns', 'del', namespace);
}

/** The number of leading bits of a range in CIDR notation. */
export function prefixOf(cidr: string): string {
  const prefix = /\/(\d+)$/.exec(cidr)?.[1];
  if (prefix === undefined) throw new Error(`"${cidr}" is not an address range in CIDR notation`);
  return prefix;
}
