import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { ApiError, badRequest, methodNotAllowed } from './api-error.ts';
import { parseTarget } from './request.ts';
import type { ResourceCatalog } from './resource-catalog.ts';

/** The pods of a cluster, as far as their ports go. */
export interface PodPorts {
  readonly registry: { readonly catalog: ResourceCatalog };
  /** @throws ApiError if there is no such pod, or its kubelet does not answer */
  requireKubelet(namespace: string, pod: string): void;
  /** A connection to a port of a pod. @throws Error if nobody listens there */
  openPort(namespace: string, pod: string, port: number): Duplex;
}

const protocol = 'v4.channel.k8s.io';
const sockets = new WebSocketServer({
  noServer: true,
  maxPayload: 4 * 1024 * 1024,
  handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
});

/**
 * Answers `pods/<pod>/portforward` over a WebSocket as a kubelet does
 * (kubernetes/kubernetes:staging/src/k8s.io/kubelet/pkg/cri/streaming/portforward/websocket.go): two channels for each
 * port, one for data and one for its error, each begun by the port's number. SPDY, the older way, is not spoken.
 * @throws ApiError before anything was sent
 */
export function servePortForward(request: IncomingMessage, socket: Duplex, head: Buffer, pods: PodPorts): void {
  const url = new URL(request.url ?? '/', 'https://api');
  const { namespace, name, subresource } = parseTarget(pods.registry.catalog, url.pathname);
  if (subresource !== 'portforward' || namespace === undefined || name === undefined) throw methodNotAllowed();
  if (request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket') {
    throw badRequest(`unable to upgrade: ${request.headers.upgrade ?? ''} is not spoken here`);
  }
  const ports = url.searchParams
    .getAll('ports')
    .flatMap((text) => text.split(','))
    .map(Number);
  if (ports.length === 0) throw badRequest('you must specify at least 1 port');
  if (!ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw badRequest(`invalid ports: ${ports.join(', ')}`);
  }
  const offered = request.headers['sec-websocket-protocol'];
  if (offered !== undefined && !offered.split(',').some((one) => one.trim() === protocol)) {
    throw new ApiError(403, 'Forbidden', `no protocol of ${offered} is spoken here, but ${protocol}`);
  }
  pods.requireKubelet(namespace, name);
  sockets.handleUpgrade(request, socket, head, (client) => {
    const forwards = ports.map((port, index) => new Forward(client, index * 2, port));
    client.on('message', (data: Buffer) => {
      const [channel] = data;
      if (channel !== undefined) forwards.find((one) => one.channel === channel)?.write(data.subarray(1));
    });
    client.on('error', () => client.terminate());
    client.once('close', () => {
      for (const forward of forwards) forward.close();
    });
    let running = forwards.length;
    for (const forward of forwards) {
      forward.start(
        (port) => pods.openPort(namespace, name, port),
        () => {
          running -= 1;
          if (running === 0) client.close(1000);
        },
      );
    }
  });
}

/** One forwarded port: a channel for its data, the next one for its error. */
class Forward {
  readonly channel: number;
  readonly #client: WebSocket;
  readonly #port: number;
  #connection: Duplex | undefined;

  constructor(client: WebSocket, channel: number, port: number) {
    this.#client = client;
    this.channel = channel;
    this.#port = port;
  }

  start(open: (port: number) => Duplex, ended: () => void): void {
    const number = Buffer.from([this.#port & 0xff, this.#port >> 8]);
    this.#send(this.channel, number);
    this.#send(this.channel + 1, number);
    try {
      const connection = open(this.#port);
      this.#connection = connection;
      connection.on('data', (chunk: Buffer) => {
        connection.pause();
        this.#send(this.channel, chunk, () => connection.resume());
      });
      connection.on('error', () => connection.destroy());
      connection.once('close', ended);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      this.#send(this.channel + 1, Buffer.from(`error forwarding port ${this.#port} to pod: ${words}`), ended);
    }
  }

  write(data: Buffer): void {
    const connection = this.#connection;
    if (!connection || connection.destroyed || connection.write(data)) return;
    this.#client.pause();
    connection.once('drain', () => {
      this.#client.resume();
    });
  }

  close(): void {
    this.#connection?.destroy();
  }

  #send(channel: number, data: Buffer, sent: () => void = () => undefined): void {
    if (this.#client.readyState !== this.#client.OPEN) return;
    this.#client.send(Buffer.concat([Buffer.from([channel]), data]), () => {
      sent();
    });
  }
}
