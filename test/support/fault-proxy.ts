import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
} from 'node:http';
import { Agent as HttpsAgent, createServer as createTlsServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';

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
export type Intercept = (
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
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server's address is an object.
  const { port } = server.address() as AddressInfo;
  const stopListening = async () => {
    server.closeAllConnections();
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
  onward.end(body);
  const [answer] = (await once(onward, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: answer };
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
export type Fault = 'pass' | 'before' | 'after' | number;

/** One request as it came. */
export interface SeenRequest {
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
