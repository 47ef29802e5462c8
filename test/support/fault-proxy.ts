import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  STATUS_CODES,
} from 'node:http';
import { Agent as HttpsAgent, createServer as createTlsServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Duplex, Readable } from 'node:stream';

/** A request with its whole body. */
export interface ProxiedRequest {
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer; its body may still be coming. */
export interface ProxiedAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer | Readable;
  /** The connection, when it speaks another protocol from here on (status 101). */
  readonly upgraded?: Duplex;
}

/**
 * What the client gets: an answer, a connection that breaks without one (`cut`), or nothing at all until it gives up
 * (`hang`).
 */
export type Reply = ProxiedAnswer | 'cut' | 'hang';

/** Where requests go on to. */
export interface ProxyTarget {
  readonly url: string;
  /**
   * PEM: what to trust, and the client's certificate and key, for a server that asks for them; the name that its
   * certificate must have.
   */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string; readonly servername?: string };
}

/** Decides on a request; `forward` sends it to the target, or to another one, once or more often. */
type Intercept = (
  request: ProxiedRequest,
  forward: (changed?: ProxiedRequest, to?: ProxyTarget) => Promise<ProxiedAnswer>,
) => Promise<Reply>;

export interface ProxyOptions {
  /** Asked at each request, because some targets are known only later. */
  readonly target: () => ProxyTarget;
  readonly intercept: Intercept;
  /** Certificate and key with which it serves TLS; plain HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** An HTTP proxy before one server. */
export interface Proxy {
  readonly address: string;
  /** Breaks every connection and refuses new ones for so long. */
  readonly refuse: (ms: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts a proxy on a free loopback port. */
export async function startProxy({ target, intercept, tls }: ProxyOptions): Promise<Proxy> {
  const agents = new Map<string, Agent>();
  const serve: RequestListener = (incoming, outgoing) => {
    void (async () => {
      const { method = 'GET', url: path = '/', headers } = incoming;
      const request: ProxiedRequest = { method, path, headers, body: await buffer(incoming) };
      const forward = (changed = request, to = target()) => send(to, agents, changed, outgoing);
      const reply = await intercept(request, forward);
      if (reply === 'hang') return;
      if (reply === 'cut') {
        incoming.socket.destroy();
        return;
      }
      outgoing.writeHead(reply.status, reply.headers);
      if (Buffer.isBuffer(reply.body)) outgoing.end(reply.body);
      else {
        outgoing.flushHeaders();
        reply.body.on('error', () => outgoing.destroy()).pipe(outgoing);
      }
    })().catch(() => incoming.socket.destroy());
  };
  const upgraded = new Set<Duplex>();
  const upgrade = (incoming: IncomingMessage, socket: Duplex, head: Buffer): void => {
    upgraded.add(socket);
    socket.on('close', () => upgraded.delete(socket)).on('error', () => socket.destroy());
    void (async () => {
      const { method = 'GET', url: path = '/', headers } = incoming;
      const request: ProxiedRequest = { method, path, headers, body: Buffer.alloc(0) };
      const forward = (changed = request, to = target()) => send(to, agents, changed, socket);
      const reply = await intercept(request, forward);
      if (reply === 'hang') return;
      if (reply === 'cut') {
        socket.destroy();
        return;
      }
      const body = reply.upgraded === undefined ? await bodyOf(reply) : Buffer.alloc(0);
      socket.write(Buffer.concat([Buffer.from(headOf(reply)), body]));
      if (reply.upgraded === undefined) socket.end();
      else {
        socket.unshift(head);
        const { upgraded: onward } = reply;
        socket.on('close', () => onward.destroy()).pipe(onward);
        onward
          .on('close', () => socket.destroy())
          .on('error', () => socket.destroy())
          .pipe(socket);
      }
    })().catch(() => socket.destroy());
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  server.on('upgrade', upgrade);
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server's address is an object.
  const { port } = server.address() as AddressInfo;
  const stopListening = async () => {
    server.closeAllConnections();
    for (const socket of upgraded) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  let back: NodeJS.Timeout | undefined;
  return {
    address: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    refuse: async (ms) => {
      if (!server.listening) return;
      await stopListening();
      back = setTimeout(() => server.listen(port, '127.0.0.1'), ms);
    },
    close: async () => {
      clearTimeout(back);
      if (server.listening) await stopListening();
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** Sends a request on. What is still coming of the answer ends with the client. */
async function send(
  { url, tls }: ProxyTarget,
  agents: Map<string, Agent>,
  { method, path, headers, body }: ProxiedRequest,
  client: NodeJS.EventEmitter,
): Promise<ProxiedAnswer> {
  const agent =
    agents.get(url) ??
    (tls === undefined ? new Agent({ keepAlive: true }) : new HttpsAgent({ keepAlive: true, ...tls }));
  agents.set(url, agent);
  const options = { method, headers, agent };
  const onward =
    tls === undefined ? httpRequest(new URL(path, url), options) : httpsRequest(new URL(path, url), options);
  client.once('close', () => onward.destroy());
  const answered = new Promise<ProxiedAnswer>((resolve, reject) => {
    const answer = ({ statusCode: status = 502, headers: given }: IncomingMessage) => ({ status, headers: given });
    onward.once('response', (incoming) => resolve({ ...answer(incoming), body: incoming }));
    onward.once('upgrade', (incoming, upgraded, first) => {
      upgraded.unshift(first);
      resolve({ ...answer(incoming), body: Buffer.alloc(0), upgraded });
    });
    onward.once('error', reject);
  });
  onward.end(body);
  return await answered;
}

/** Status line and headers as they go over the wire. */
function headOf({ status, headers }: ProxiedAnswer): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `${name}: ${one}\r\n`),
  );
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n${lines.join('')}\r\n`;
}

/** The whole body of an answer. */
export async function bodyOf({ body }: ProxiedAnswer): Promise<Buffer> {
  return Buffer.isBuffer(body) ? body : await buffer(body);
}

/** Headers without some of them. */
export function without<T extends IncomingHttpHeaders | OutgoingHttpHeaders>(headers: T, ...names: string[]): T {
  // What is left has the types that it had.
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name))) as T;
}

/** The same answer with another body. */
export function withBody({ status, headers }: ProxiedAnswer, body: Buffer): ProxiedAnswer {
  return { status, headers: { ...without(headers, 'transfer-encoding'), 'content-length': body.length }, body };
}

/**
 * What the proxy does with a request: `before` and `after` break the connection before or after its effect; a number
 * answers so.
 */
type Fault = 'pass' | 'before' | 'after' | number;

/** One request as it came. */
interface SeenRequest {
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  /** How many came before it, in all. */
  readonly index: number;
}

/** An HTTP proxy before one server, which records requests and breaks those that a test chooses. */
export interface FaultProxy {
  readonly address: string;
  readonly requests: SeenRequest[];
  /** Decides on each request; everything passes until it is set. */
  decide: (request: SeenRequest) => Fault;
  close(): Promise<void>;
}

/** Starts a proxy on a free loopback port. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const requests: SeenRequest[] = [];
  const intercept: Intercept = async ({ method, path }, forward) => {
    const seen = { method, path, index: requests.length };
    requests.push(seen);
    const fault = proxy.decide(seen);
    if (fault === 'before') return 'cut';
    if (typeof fault === 'number') {
      const headers = { 'content-type': 'application/json' };
      return { status: fault, headers, body: Buffer.from('{"errors":["made by the test"]}') };
    }
    const answer = await forward();
    if (fault === 'pass') return answer;
    await bodyOf(answer);
    return 'cut';
  };
  const { address, ...running } = await startProxy({ target: () => ({ url: target }), intercept });
  const proxy: FaultProxy = { address, requests, decide: () => 'pass', close: () => running.close() };
  return proxy;
}
