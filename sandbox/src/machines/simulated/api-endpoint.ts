import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type Server as TlsServer, TLSSocket } from 'node:tls';
import { serveCertificate } from './certificates.ts';
import type { SimulatedCluster } from './cluster.ts';
import { serveApi } from './kubernetes/api.ts';
import { ApiError } from './kubernetes/api-error.ts';
import { authorize, userOf } from './kubernetes/authentication.ts';
import { servePortForward } from './kubernetes/port-forward.ts';

/** Serves the APIs of all clusters: HTTP is spoken by one server that listens nowhere and is handed connections. */
export class ApiHttpServer {
  readonly #clusters = new WeakMap<object, SimulatedCluster>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const { socket } = request;
      const cluster = this.#clusters.get(socket);
      if (cluster === undefined || !(socket instanceof TLSSocket)) {
        response.destroy();
        return;
      }
      try {
        const user = userOf(socket, request.headers.authorization);
        void serveApi(cluster, user, request, response);
      } catch (error) {
        const status = error instanceof ApiError ? error.status : {};
        response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(status));
      }
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head);
    });
    this.#server.keepAliveTimeout = 120_000;
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Takes over a decrypted connection to a cluster. */
  take(socket: TLSSocket, cluster: SimulatedCluster): void {
    this.#clusters.set(socket, cluster);
    this.#server.emit('connection', socket);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const cluster = this.#clusters.get(socket);
    if (cluster === undefined || !(socket instanceof TLSSocket)) {
      socket.destroy();
      return;
    }
    try {
      const user = userOf(socket, request.headers.authorization);
      const path = new URL(request.url ?? '/', 'https://api').pathname;
      authorize(user, cluster.registry.store, request.method?.toLowerCase() ?? 'get', path);
      servePortForward(request, socket, head, cluster);
    } catch (error) {
      const known = error instanceof ApiError ? error : new ApiError(500, 'InternalError', String(error));
      const body = JSON.stringify(known.status);
      socket.end(
        `HTTP/1.1 ${known.code} ${STATUS_CODES[known.code] ?? ''}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      );
    }
  }
}

/** The API server of one control-plane machine. It makes its certificate when the first client comes. */
export class ApiEndpoint {
  readonly cluster: SimulatedCluster;
  readonly networkId: string;
  readonly address: string;
  readonly port: number;
  readonly #names: readonly string[];
  readonly #http: ApiHttpServer;
  readonly #sockets = new Set<Socket>();
  #tls: Promise<TlsServer> | undefined;
  #closed = false;

  constructor(
    http: ApiHttpServer,
    cluster: SimulatedCluster,
    place: { readonly networkId: string; readonly address: string; readonly port: number },
    names: readonly string[],
  ) {
    this.#http = http;
    this.cluster = cluster;
    this.networkId = place.networkId;
    this.address = place.address;
    this.port = place.port;
    this.#names = names;
  }

  /** Takes over a client's connection. */
  accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    this.#tls ??= this.#startTls();
    this.#tls.then(
      (server) => {
        if (this.#closed) socket.resetAndDestroy();
        else server.emit('connection', socket);
      },
      () => socket.resetAndDestroy(),
    );
  }

  /** Cuts all connections. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  async #startTls(): Promise<TlsServer> {
    const { authority } = this.cluster;
    const { certificate, key } = await serveCertificate(authority, this.#names);
    const server = createTlsServer({
      cert: certificate,
      key,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
    });
    server.on('secureConnection', (socket) => this.#http.take(socket, this.cluster));
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    return server;
  }
}
