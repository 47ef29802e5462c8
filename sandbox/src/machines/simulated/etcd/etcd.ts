import { duplexPair, type Duplex } from 'node:stream';
import { EtcdMembers, type Member } from './members.ts';
import { EtcdServer, type EtcdData, type EtcdIdentity } from './server.ts';

/** The etcd of a cluster: its members, and those of them that answer. */
export class Etcd {
  readonly members = new EtcdMembers();
  readonly #data: EtcdData;
  /** By the member's id; a server is made when its first client comes. */
  readonly #servers = new Map<string, () => Promise<EtcdServer>>();
  #made: EtcdServer[] = [];

  constructor(data: EtcdData) {
    this.#data = data;
    this.members.onRemoved(({ id }) => this.#servers.delete(id));
  }

  /** Whether a majority runs, or there is no member yet: without one the API and the controllers write nothing. */
  get isWritable(): boolean {
    return this.members.list().length === 0 || this.members.hasQuorum;
  }

  /** Lets a member answer with the certificates of its machine, which are not looked at before somebody asks. */
  serve(member: Member, identity: () => Promise<EtcdIdentity>): void {
    const start = async () => {
      const server = new EtcdServer(this.members, member, this.#data, await identity());
      this.#made.push(server);
      return server;
    };
    let running: Promise<EtcdServer> | undefined;
    this.#servers.set(member.id, () => (running ??= start()));
  }

  /** A connection to the client port of the member on a node; undefined if none runs there. */
  connect(node: string): Duplex | undefined {
    const server = this.#servers.get(this.members.running(node)?.id ?? '');
    if (!server) return undefined;
    const [near, far] = duplexPair();
    // The halves of a pair do not tell each other.
    far.once('close', () => near.destroy());
    near.once('close', () => far.destroy());
    server().then(
      (running) => {
        running.accept(far);
      },
      (error: unknown) => {
        far.destroy();
        near.destroy(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return near;
  }

  /** Ends all connections. */
  close(): void {
    for (const server of this.#made) server.close();
    this.#made = [];
  }
}
