import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  credentials,
  loadPackageDefinition,
  type ChannelCredentials,
  type Client,
  type GrpcObject,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { Exec, type KubeConfig } from '@kubernetes/client-node';

/** What an answer looks like; everything in it may be missing. */
export interface EtcdAnswer {
  readonly header?: { readonly member_id: string; readonly revision: string; readonly raft_term: string };
  readonly member?: EtcdMember;
  readonly members?: readonly EtcdMember[];
  readonly alarms?: readonly unknown[];
  readonly leader?: string;
  readonly errors?: readonly string[];
  readonly isLearner?: boolean;
  readonly version?: string;
}
export interface EtcdMember {
  readonly ID: string;
  readonly name: string;
  readonly peerURLs: readonly string[];
  readonly clientURLs: readonly string[];
  readonly isLearner: boolean;
}
interface Pki {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

interface Listening {
  readonly server: Server;
  readonly sockets: ReadonlySet<Socket>;
}

const proto = fileURLToPath(new URL('../../../src/machines/simulated/etcd/etcd.proto', import.meta.url));
type ClientClass = new (address: string, creds: ChannelCredentials, options: object) => Client;
const isClass = (value: unknown): value is ClientClass => typeof value === 'function';

/**
 * A client of the etcd in one pod, through the API of its cluster: each connection is a WebSocket port-forward over the
 * handler of @kubernetes/client-node, which is public at Exec only; gRPC reaches it at a socket in a folder of its own.
 */
export class EtcdClient {
  readonly #folder: string;
  readonly #listening: Listening;
  readonly #clients: readonly Client[];
  /** What came on the error channel. */
  readonly failures: readonly string[];

  private constructor(folder: string, listening: Listening, clients: readonly Client[], failures: readonly string[]) {
    this.failures = failures;
    this.#folder = folder;
    this.#listening = listening;
    this.#clients = clients;
  }

  static async open(config: KubeConfig, pod: string, pki: Pki, port = 2379): Promise<EtcdClient> {
    const folder = await mkdtemp(join(tmpdir(), 'etcd-client-'));
    const path = join(folder, 'socket');
    const { handler } = new Exec(config);
    const failures: string[] = [];
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      socket.pause();
      const numbered = new Set<number>();
      const target = `/api/v1/namespaces/kube-system/pods/${pod}/portforward?ports=${port}`;
      handler
        .connect(target, null, (channel, data) => {
          const fresh = !numbered.has(channel);
          numbered.add(channel);
          // The first frame of a channel is the port's number.
          const rest = fresh ? data.subarray(2) : data;
          if (channel === 0) socket.write(rest);
          else if (rest.length > 0) failures.push(rest.toString());
          return true;
        })
        .then(
          (webSocket) => {
            socket.on('data', (chunk: Buffer) => {
              webSocket.send(Buffer.concat([Buffer.from([0]), chunk]));
            });
            socket.once('close', () => {
              webSocket.close();
            });
            webSocket.onclose = () => socket.destroy();
            socket.resume();
          },
          () => socket.destroy(),
        );
    });
    await new Promise<void>((done) => server.listen(path, done));
    const loaded = loadPackageDefinition(
      loadSync(proto, { keepCase: true, longs: String, enums: String, defaults: true }),
    );
    const creds = credentials.createSsl(Buffer.from(pki.authority), Buffer.from(pki.key), Buffer.from(pki.certificate));
    const clients = ['Cluster', 'Maintenance'].map((name) => {
      const found = (loaded['etcdserverpb'] as GrpcObject)[name];
      if (!isClass(found)) throw new Error(`no service ${name}`);
      return new found(`unix:${path}`, creds, { 'grpc.ssl_target_name_override': 'localhost' });
    });
    return new EtcdClient(folder, { server, sockets }, clients, failures);
  }

  /** One call; rejects with the gRPC error. */
  call(method: string, request: object = {}): Promise<EtcdAnswer> {
    const client = this.#client(method);
    return new Promise((done, failed) => {
      const run: unknown = Reflect.get(client, method);
      if (typeof run !== 'function') throw new Error(`no method ${method}`);
      Reflect.apply(run, client, [
        request,
        { deadline: Date.now() + 10_000 },
        (error: ServiceError | null, answer: EtcdAnswer) => {
          if (error) failed(error);
          else done(answer);
        },
      ]);
    });
  }

  /** The blobs of a snapshot, in their order. */
  async snapshot(): Promise<Buffer[]> {
    const client = this.#client('Snapshot');
    const run: unknown = Reflect.get(client, 'Snapshot');
    if (typeof run !== 'function') throw new Error('no Snapshot');
    const stream = Reflect.apply(run, client, [{}, { deadline: Date.now() + 10_000 }]) as AsyncIterable<{
      blob: Buffer;
    }>;
    const blobs: Buffer[] = [];
    for await (const { blob } of stream) blobs.push(blob);
    return blobs;
  }

  async members(): Promise<readonly EtcdMember[]> {
    return (await this.call('MemberList', { linearizable: true })).members ?? [];
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    const { server, sockets } = this.#listening;
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #client(method: string): Client {
    const client = this.#clients.find((one) => typeof Reflect.get(one, method) === 'function');
    if (!client) throw new Error(`etcd.proto has no method ${method}`);
    return client;
  }
}
