import { setTimeout as pause } from 'node:timers/promises';
import { latencyProfiles, mergeLatency, type LatencyPatch } from '../../src/latency.ts';
import { startCloud, type RunCloudOptions, type RunningCloud } from '../../src/cloud/main.ts';

/** An answer, with its body read. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The value at a path of the JSON body, such as `server.status` or `ports.0.id`. */
  at(path: string): unknown;
  /** The same, which must be a string. */
  string(path: string): string;
  /** The same, which must be a list. */
  list(path: string): unknown[];
}

const dig = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
      value,
    );

const isList = (value: unknown): value is unknown[] => Array.isArray(value);

/** A field of an unknown value, for list items. */
export const field = (value: unknown, path: string): unknown => dig(value, path);

function toReply(response: Response, text: string): Reply {
  const body: unknown =
    response.headers.get('content-type')?.includes('json') && text !== '' ? JSON.parse(text) : undefined;
  const at = (path: string): unknown => dig(body, path);
  return {
    status: response.status,
    headers: response.headers,
    text,
    at,
    string(path) {
      const value = at(path);
      if (typeof value !== 'string')
        throw new Error(`${response.url}: no text at ${path} in ${response.status} ${text}`);
      return value;
    },
    list(path) {
      const value: unknown = at(path);
      if (!isList(value)) throw new Error(`${response.url}: no list at ${path} in ${response.status} ${text}`);
      return value;
    },
  };
}

type Body = string | Buffer | object | undefined;

/** A user of the cloud: requests with its token. Paths start with the service's prefix, as `/compute/v2.1/servers`. */
export class User {
  readonly url: string;
  readonly token: string;
  readonly projectId: string;
  readonly userId: string;

  constructor(url: string, token: string, projectId: string, userId: string) {
    this.url = url;
    this.token = token;
    this.projectId = projectId;
    this.userId = userId;
  }

  async send(method: string, path: string, body?: Body, headers: Record<string, string> = {}): Promise<Reply> {
    const raw = typeof body === 'string' || Buffer.isBuffer(body);
    const response = await fetch(this.url + path, {
      method,
      headers: {
        accept: 'application/json',
        ...(this.token !== '' && { 'x-auth-token': this.token }),
        ...(body !== undefined && !raw && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    return toReply(response, await response.text());
  }
  get = (path: string, headers?: Record<string, string>) => this.send('GET', path, undefined, headers);
  post = (path: string, body?: Body, headers?: Record<string, string>) => this.send('POST', path, body, headers);
  put = (path: string, body?: Body, headers?: Record<string, string>) => this.send('PUT', path, body, headers);
  delete = (path: string, headers?: Record<string, string>) => this.send('DELETE', path, undefined, headers);

  /** A request to Nova at a microversion. */
  nova = (method: string, path: string, body?: Body, version = '2.90') =>
    this.send(method, `/compute/v2.1${path}`, body, { 'openstack-api-version': `compute ${version}` });
  neutron = (method: string, path: string, body?: Body) => this.send(method, `/networking/v2.0${path}`, body);
  octavia = (method: string, path: string, body?: Body) => this.send(method, `/load-balancer/v2/lbaas${path}`, body);
}

/** A cloud in this process on a free port, with its two users logged in. */
export interface TestCloud {
  readonly running: RunningCloud;
  readonly demo: User;
  readonly admin: User;
  /** Somebody without a token. */
  readonly nobody: User;
  close(): Promise<void>;
}

/**
 * Runs something while the cloud takes its time, so that states on the way can be seen however slow this machine is.
 * What began meanwhile still ends after the time it was given.
 */
export async function slowly<T>(cloud: TestCloud, patch: LatencyPatch, work: () => Promise<T>): Promise<T> {
  const { cloud: state } = cloud.running;
  const before = state.latency;
  state.latency = mergeLatency(before, patch);
  try {
    return await work();
  } finally {
    state.latency = before;
  }
}

/** The body of a log-in with a password. */
export const passwordAuth = (name: string, password: string, project = name) => ({
  auth: {
    identity: { methods: ['password'], password: { user: { name, domain: { id: 'default' }, password } } },
    scope: { project: { name: project, domain: { id: 'default' } } },
  },
});

/** Logs in and returns who that is. */
export async function logIn(url: string, body: object): Promise<User> {
  const nobody = new User(url, '', '', '');
  const reply = await nobody.post('/identity/v3/auth/tokens', body);
  const token = reply.headers.get('x-subject-token');
  if (reply.status !== 201 || token === null) throw new Error(`log-in failed: ${reply.status} ${reply.text}`);
  return new User(url, token, reply.string('token.project.id'), reply.string('token.user.id'));
}

/** Starts a cloud; `latency` is laid over `instant`. */
export async function testCloud(
  options: Partial<Omit<RunCloudOptions, 'latency'>> & { readonly latency?: LatencyPatch } = {},
): Promise<TestCloud> {
  const { latency, ...rest } = options;
  const running = await startCloud({
    listen: '127.0.0.1:0',
    ...rest,
    latency: mergeLatency(latencyProfiles.instant, latency ?? {}),
  });
  const { cloud, url } = running;
  const user = (name: string) => logIn(url, passwordAuth(name, cloud.passwords.get(name) ?? ''));
  return {
    running,
    demo: await user('demo'),
    admin: await user('admin'),
    nobody: new User(url, '', '', ''),
    close: () => running.close(),
  };
}

/** Asks until the answer is wanted. @throws Error with the last answer when it does not come in time. */
export async function until(
  ask: () => Promise<Reply>,
  wanted: (reply: Reply) => boolean,
  milliseconds = 5000,
): Promise<Reply> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const reply = await ask();
    if (wanted(reply)) return reply;
    if (Date.now() > end) throw new Error(`still ${reply.status} ${reply.text} after ${milliseconds} ms`);
    await pause(5);
  }
}

/** A network with one subnet of the caller. */
export async function makeNetwork(
  user: User,
  cidr = '10.1.0.0/24',
  name = 'net',
): Promise<{ network: string; subnet: string }> {
  const network = (await user.neutron('POST', '/networks', { network: { name } })).string('network.id');
  const made = await user.neutron('POST', '/subnets', { subnet: { network_id: network, ip_version: 4, cidr } });
  return { network, subnet: made.string('subnet.id') };
}

/** The id of a seeded image. */
export const imageId = async (user: User, version = 'v1.36.3'): Promise<string> =>
  (await user.get(`/image/v2/images?kube_version=${version}`)).string('images.0.id');
