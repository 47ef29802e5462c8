import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { onTestFinished } from 'vitest';
import { type ClientOptions, type LogEntry, OpenStackClient } from 'openstack-client-ts';

/** A request as the server saw it. */
export interface Seen {
  method: string;
  /** Path without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
  /** The client's port: one per connection. */
  port: number | undefined;
}

/** What the server does with a request. */
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string;
  /** The microversion that the answer says it is in; default: the one that was asked for. `null`: it says none. */
  version?: string | null;
  /** Closes the connection after the request was read, without an answer. */
  cut?: boolean;
  /** Never answers. */
  hang?: boolean;
  /** Answers once this has settled. */
  after?: Promise<unknown>;
}

/** One reply, replies in turn of which the last stays, or a function. */
export type Script = Reply | readonly Reply[] | ((request: Seen, count: number) => Reply);

export interface FakeCloud {
  url: string;
  /** All requests, in the order of their coming. */
  seen: Seen[];
  /** Requests as `METHOD /path?query`, tokens and version documents left out. */
  calls: () => string[];
  count: (line: string) => number;
  /** `*` stands for every line that has no script of its own. */
  script: (line: string, script: Script) => void;
  client: (changes?: Partial<ClientOptions>) => OpenStackClient;
  log: LogEntry[];
}

const PATHS: Readonly<Record<string, string>> = {
  identity: '/identity/v3',
  compute: '/compute/v2.1',
  image: '/image/v2',
  network: '/networking/v2.0',
  'load-balancer': '/load-balancer/v2',
  'block-storage': '/volume/v3/p1',
  'object-store': '/object-store/v1/AUTH_p1',
  dns: '/dns/v2',
};

/** The password and the tokens of the fake cloud: no log line and no error may hold them. */
export const PASSWORD = 'correct-horse-battery';
export const TOKEN = 'token-value-that-must-stay-secret';

export interface TokenOptions {
  value?: string;
  /** Seconds; default 3,600. */
  life?: number;
  /** Milliseconds by which Keystone's clock is ahead. */
  skew?: number;
  catalog?: unknown;
}

/** A reply to `POST /identity/v3/auth/tokens`. */
export const tokenReply = (url: string, options: TokenOptions = {}): Reply => {
  const now = Date.now() + (options.skew ?? 0);
  const catalog =
    options.catalog ??
    Object.entries(PATHS).map(([type, path]) => ({
      type,
      endpoints: [{ interface: 'public', region: 'one', region_id: 'one', url: url + path }],
    }));
  const token = {
    issued_at: new Date(now).toISOString(),
    expires_at: new Date(now + (options.life ?? 3600) * 1000).toISOString(),
    methods: ['password'],
    user: { id: 'u1', name: 'demo', domain: { id: 'default' } },
    project: { id: 'p1', name: 'demo', domain: { id: 'default' } },
    catalog,
  };
  return { status: 201, headers: { 'x-subject-token': options.value ?? TOKEN }, json: { token } };
};

const read = async (message: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) if (chunk instanceof Buffer) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

/** What Nova and Cinder say of the microversion of their answers. */
const versionHeaders = ({ headers }: Seen, { version }: Reply): Record<string, string> => {
  const [type = '', asked = ''] = String(headers['openstack-api-version'] ?? '').split(' ');
  return type === '' || version === null ? {} : { 'openstack-api-version': `${type} ${version ?? asked}` };
};

const answer = async (request: Seen, reply: Reply, response: ServerResponse): Promise<void> => {
  await reply.after;
  if (reply.cut) response.destroy();
  if (reply.cut || reply.hang) return;
  const text = reply.text ?? (reply.json === undefined ? '' : JSON.stringify(reply.json));
  const type = reply.json === undefined ? 'text/plain' : 'application/json';
  response.writeHead(reply.status ?? 200, {
    'content-type': type,
    ...versionHeaders(request, reply),
    ...reply.headers,
  });
  response.end(text);
};

/**
 * A cloud on a free port that does what the test scripts; the test's end closes it and the clients it made. `host` is
 * its name in URLs, where it is to be found by a proxy.
 */
export const fakeCloud = async (
  scripts: Readonly<Record<string, Script>> = {},
  tls?: ServerOptions,
  host = '127.0.0.1',
): Promise<FakeCloud> => {
  const table = new Map<string, Script>(Object.entries(scripts));
  const counts = new Map<string, number>();
  const seen: Seen[] = [];
  const log: LogEntry[] = [];
  const handle = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(message.url ?? '/', 'http://fake');
    const { method = '', headers } = message;
    const body = await read(message);
    const request: Seen = {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers,
      body,
      port: message.socket.remotePort,
    };
    seen.push(request);
    const line = `${method} ${url.pathname}`;
    const count = counts.get(line) ?? 0;
    counts.set(line, count + 1);
    const script = table.get(line) ??
      table.get('*') ?? { status: 404, json: { itemNotFound: { code: 404, message: `no ${line}` } } };
    const reply =
      typeof script === 'function'
        ? script(request, count)
        : 'length' in script
          ? script[Math.min(count, script.length - 1)]
          : script;
    await answer(request, reply ?? { status: 500 }, response);
  };
  const listener = (message: IncomingMessage, response: ServerResponse): void => {
    handle(message, response).catch(() => response.destroy());
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `${tls ? 'https' : 'http'}://${host}:${address.port}`;
  if (!table.has('POST /identity/v3/auth/tokens')) table.set('POST /identity/v3/auth/tokens', () => tokenReply(url));

  const clients: OpenStackClient[] = [];
  onTestFinished(async () => {
    server.closeAllConnections();
    await Promise.all(clients.map((client) => client.close()));
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url,
    seen,
    log,
    calls: () =>
      seen
        .filter(({ path }) => path !== '/identity/v3/auth/tokens')
        .map(
          ({ method, path, query }) =>
            `${method} ${path}${query.size > 0 ? `?${decodeURIComponent(query.toString())}` : ''}`,
        ),
    count: (line) => counts.get(line) ?? 0,
    script: (line, script) => table.set(line, script),
    client: (changes = {}) => {
      const client = new OpenStackClient({
        auth: { auth_url: `${url}/identity/v3`, username: 'demo', password: PASSWORD, project_name: 'demo' },
        retry: { baseDelayMs: 1, maxDelayMs: 2 },
        log: (entry) => log.push(entry),
        ...changes,
      });
      clients.push(client);
      return client;
    },
  };
};

/** What a promise throws; fails the test if it does not. */
export const thrownBy = async (promise: PromiseLike<unknown>): Promise<Error> => {
  const thrown = await promise.then(
    () => new Unthrown('nothing was thrown'),
    (error: unknown) => (error instanceof Error ? error : new Unthrown(`not an Error: ${String(error)}`)),
  );
  if (thrown instanceof Unthrown) throw thrown;
  return thrown;
};

class Unthrown extends Error {}
