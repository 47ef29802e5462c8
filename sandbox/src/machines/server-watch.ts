import type { CloudPort, CloudServer, CloudView } from './cloud-view.ts';
import type { Machine, MachineDriver, MachineInterface } from './driver.ts';
import type { Log } from './log.ts';

const goneStates = new Set(['DELETED', 'SOFT_DELETED']);
/** Between two listings of everything, which find what a listing of changes has missed. */
const fullListingMilliseconds = 60_000;
const bootAttempts = 3;
/**
 * A change may be seen later than a younger one: several hosts write, each with its clock, and times have whole seconds
 * only.
 */
const overlapMilliseconds = 5000;

/** Follows the servers of a cloud: boots what is ACTIVE, destroys what is gone. */
export class ServerWatch {
  readonly #view: CloudView;
  readonly #driver: MachineDriver;
  readonly #log: Log;
  readonly #machines = new Map<string, Machine>();
  readonly #boots = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>();
  readonly #removals = new Set<Promise<void>>();
  readonly #failures = new Map<string, number>();
  /** What each server looked like when it was last dealt with. */
  readonly #seen = new Map<string, string>();
  readonly #keys = new Map<string, string | undefined>();
  #images = new Map<string, Machine['image']>();
  /** The image of each server that boots from a volume. */
  readonly #volumeImages = new Map<string, string | undefined>();
  #subnets = new Map<string, Omit<MachineInterface, 'portId' | 'macAddress' | 'address'>>();
  #latest = '';
  #lastFull = 0;

  constructor(view: CloudView, driver: MachineDriver, log: Log) {
    this.#view = view;
    this.#driver = driver;
    this.#log = log;
  }

  /** The machines that were booted, by server id. */
  get machines(): ReadonlyMap<string, Machine> {
    return this.#machines;
  }

  /** Looks once. Returns whether anything had changed. @throws what the cloud answers */
  async poll(signal: AbortSignal): Promise<boolean> {
    const full = Date.now() - this.#lastFull > fullListingMilliseconds;
    const servers = await this.#view.servers(full ? undefined : before(this.#latest), signal);
    const fresh = servers.filter((server) => this.#seen.get(server.id) !== looks(server));
    const alive = fresh.filter((server) => server.status === 'ACTIVE' && !this.#machines.has(server.id));
    const machines = await this.#describe(alive, signal);
    // Nothing is noted before everything was read: a call that failed leaves the work for the next round.
    for (const server of fresh) this.#seen.set(server.id, looks(server));
    for (const machine of machines) this.#boot(machine);
    const gone = new Set(fresh.filter(({ status }) => goneStates.has(status)).map(({ id }) => id));
    if (full) {
      const existing = new Set(servers.map(({ id }) => id));
      for (const id of this.#seen.keys()) {
        if (existing.has(id)) continue;
        gone.add(id);
        this.#seen.delete(id);
      }
      this.#lastFull = Date.now();
    }
    for (const id of gone) this.#destroy(id);
    for (const { updated } of servers) if (updated > this.#latest) this.#latest = updated;
    return fresh.length > 0;
  }

  /** Stops booting what is still booting, and waits for what is being removed. */
  async close(): Promise<void> {
    for (const { stop } of this.#boots.values()) stop.abort();
    await Promise.all([...this.#removals, ...[...this.#boots.values()].map(({ done }) => done)]);
  }

  async #describe(servers: readonly CloudServer[], signal: AbortSignal): Promise<readonly Machine[]> {
    if (servers.length === 0) return [];
    const ids = servers.map(({ id }) => id);
    const ports = await this.#view.ports('device_id', ids, signal);
    await this.#learn(servers, ports, signal);
    const byServer = new Map<string, CloudPort[]>();
    for (const port of ports) byServer.set(port.deviceId, [...(byServer.get(port.deviceId) ?? []), port]);
    return servers.map((server) => this.#machine(server, byServer.get(server.id) ?? []));
  }

  /** Reads what the servers refer to and was not read before. */
  async #learn(servers: readonly CloudServer[], ports: readonly CloudPort[], signal: AbortSignal): Promise<void> {
    if (ports.some(({ fixedIps }) => fixedIps.some(({ subnetId }) => !this.#subnets.has(subnetId)))) {
      const subnets = await this.#view.subnets(signal);
      this.#subnets = new Map(
        subnets.map(({ id, networkId, cidr, gateway, dnsNameservers }) => [
          id,
          { networkId, subnetId: id, cidr, gateway, dnsNameservers },
        ]),
      );
    }
    for (const { id, imageId, volumeIds } of servers) {
      if (imageId !== undefined || this.#volumeImages.has(id)) continue;
      const [root] = volumeIds;
      this.#volumeImages.set(id, root === undefined ? undefined : await this.#view.imageOfVolume(root, signal));
    }
    if (servers.map((server) => this.#imageId(server)).some((id) => id !== undefined && !this.#images.has(id))) {
      this.#images = new Map((await this.#view.images(signal)).map((image) => [image.id, image]));
    }
    for (const { userId, keyName } of servers) {
      if (keyName === undefined || this.#keys.has(`${userId}/${keyName}`)) continue;
      this.#keys.set(`${userId}/${keyName}`, await this.#view.publicKey(userId, keyName, signal));
    }
  }

  #imageId({ id, imageId }: CloudServer): string | undefined {
    return imageId ?? this.#volumeImages.get(id);
  }

  #machine(server: CloudServer, ports: readonly CloudPort[]): Machine {
    const { id, name, projectId, availabilityZone, metadata, flavor, keyName, userId, userData } = server;
    const imageId = this.#imageId(server);
    const key = keyName === undefined ? undefined : this.#keys.get(`${userId}/${keyName}`);
    const interfaces = ports.flatMap(({ id: portId, macAddress, fixedIps }) =>
      fixedIps.flatMap(({ subnetId, address }) => {
        const subnet = this.#subnets.get(subnetId);
        return subnet === undefined ? [] : [{ portId, macAddress, address, ...subnet }];
      }),
    );
    return {
      id,
      name,
      projectId,
      availabilityZone,
      userData: Buffer.from(userData ?? '', 'base64').toString('utf8'),
      metadata,
      image: (imageId === undefined ? undefined : this.#images.get(imageId)) ?? {
        id: imageId ?? '',
        name: '',
        properties: {},
      },
      flavor,
      publicKeys: keyName === undefined || key === undefined ? [] : [{ name: keyName, key }],
      interfaces,
    };
  }

  #boot(machine: Machine): void {
    this.#machines.set(machine.id, machine);
    const stop = new AbortController();
    const done = this.#driver.boot(machine, stop.signal).catch((error: unknown) => {
      if (stop.signal.aborted) return;
      const failures = (this.#failures.get(machine.id) ?? 0) + 1;
      this.#failures.set(machine.id, failures);
      this.#log(
        `server ${machine.id} (${machine.name}) does not boot, attempt ${failures} of ${bootAttempts}: ${String(error)}`,
      );
      if (failures >= bootAttempts) return;
      // Seen no more: the next full listing, which is then due at once, tries again.
      this.#machines.delete(machine.id);
      this.#seen.delete(machine.id);
      this.#lastFull = 0;
    });
    const boot = { stop, done };
    this.#boots.set(machine.id, boot);
    void done.then(() => {
      if (this.#boots.get(machine.id) === boot) this.#boots.delete(machine.id);
    });
  }

  /** Does not wait: removing a real machine takes seconds, and there may be hundreds. */
  #destroy(id: string): void {
    this.#failures.delete(id);
    this.#volumeImages.delete(id);
    if (!this.#machines.delete(id)) return;
    const removal = this.#remove(id).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  async #remove(id: string): Promise<void> {
    const boot = this.#boots.get(id);
    boot?.stop.abort();
    await boot?.done;
    try {
      await this.#driver.destroy(id);
    } catch (error) {
      this.#log(`server ${id} is gone from the cloud, but its machine could not be removed: ${String(error)}`);
    }
  }
}

const looks = ({ status, updated }: CloudServer) => `${status} ${updated}`;

/** A time to ask for changes since; undefined when nothing was seen yet. */
function before(latest: string): string | undefined {
  const time = Date.parse(latest);
  return Number.isNaN(time) ? undefined : `${new Date(time - overlapMilliseconds).toISOString().slice(0, 19)}Z`;
}
