import { createServer, type Server, type Socket } from 'node:net';
import type { MachineDriver } from './driver.ts';
import type { Log } from './log.ts';

/** A place in a tenant network. */
export interface Backend {
  readonly networkId: string;
  readonly address: string;
  readonly port: number;
}

/** A floating IP and port on this host, and what is behind it. */
export interface ForwardTarget {
  readonly address: string;
  readonly port: number;
  readonly backends: readonly Backend[];
}

interface Listening {
  target: ForwardTarget;
  server: Server | undefined;
  next: number;
  triedAt: number;
}

const retryMilliseconds = 2000;
const isLoopback = (address: string) => /^127(?:\.\d{1,3}){3}$/u.test(address);
const keyOf = ({ address, port }: { readonly address: string; readonly port: number }) => `${address}:${port}`;

/**
 * Listens at the floating IPs and hands each connection to the driver, for the next member in turn that accepts. Only
 * addresses of 127.0.0.0/8 are listened at: anything else may be somebody's real network.
 */
export class Forwarding {
  readonly #driver: MachineDriver;
  readonly #log: Log;
  readonly #listening = new Map<string, Listening>();
  readonly #warned = new Set<string>();

  constructor(driver: MachineDriver, log: Log) {
    this.#driver = driver;
    this.#log = log;
  }

  /**
   * Replaces all targets. May be called often: what has not changed is left alone, what failed to listen tries again.
   */
  apply(targets: readonly ForwardTarget[]): void {
    const wanted = new Map(targets.filter((target) => this.#allowed(target)).map((target) => [keyOf(target), target]));
    for (const [key, entry] of this.#listening) {
      const target = wanted.get(key);
      if (target === undefined) {
        entry.server?.close();
        this.#listening.delete(key);
      } else entry.target = target;
    }
    for (const [key, target] of wanted) {
      if (!this.#listening.has(key)) this.#listening.set(key, { target, server: undefined, next: 0, triedAt: 0 });
    }
    for (const entry of this.#listening.values()) if (entry.server === undefined) this.#listen(entry);
  }

  /** Stops listening. Connections that were handed over are the driver's. */
  close(): void {
    this.apply([]);
  }

  #allowed(target: ForwardTarget): boolean {
    if (isLoopback(target.address)) return true;
    if (!this.#warned.has(target.address)) this.#log(`${target.address} is no loopback address: it is not listened at`);
    this.#warned.add(target.address);
    return false;
  }

  #listen(entry: Listening): void {
    if (Date.now() - entry.triedAt < retryMilliseconds) return;
    entry.triedAt = Date.now();
    const { address, port } = entry.target;
    const server = createServer((client) => void this.#hand(client, entry));
    entry.server = server;
    server.on('error', (error) => {
      this.#log(`cannot listen at ${address}:${port}: ${error.message}`);
      entry.server = undefined;
    });
    server.listen({ host: address, port });
  }

  async #hand(client: Socket, entry: Listening): Promise<void> {
    client.on('error', () => client.destroy());
    const { backends } = entry.target;
    const first = entry.next;
    entry.next = backends.length === 0 ? 0 : (first + 1) % backends.length;
    for (let offset = 0; offset < backends.length; offset += 1) {
      const backend = backends[(first + offset) % backends.length];
      if (backend === undefined || !(await this.#accepts(backend))) continue;
      if (!client.destroyed) this.#driver.accept(client, backend.networkId, backend.address, backend.port);
      return;
    }
    client.resetAndDestroy();
  }

  async #accepts({ networkId, address, port }: Backend): Promise<boolean> {
    try {
      return (await this.#driver.canAccept?.(networkId, address, port)) ?? true;
    } catch {
      return false;
    }
  }
}
