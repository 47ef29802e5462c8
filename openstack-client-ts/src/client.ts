import { findEndpoint, forService, type ServiceType } from './catalog.ts';
import type { ClientOptions } from './client-options.ts';
import type { CloudSource } from './clouds-files.ts';
import { environmentProxies, loadCloud } from './config.ts';
import { type Connections, givenConnections, ownConnections } from './connections.ts';
import { discover } from './discovery.ts';
import { ConfigurationError } from './errors.ts';
import { observed, raising, retrying, sender } from './http-handlers.ts';
import type { ApiResponse, Handler, RequestOptions, RetryPolicy } from './http-types.ts';
import { abandonable } from './abort.ts';
import { atLeast } from './microversion.ts';
import { Redactor } from './redact.ts';
import { authenticating, Session, type Token } from './session.ts';
import { ServiceClient } from './service-client.ts';
import { BlockStorageService } from './services/block-storage.ts';
import { ComputeService } from './services/compute.ts';
import { DnsService } from './services/dns.ts';
import { IdentityService } from './services/identity.ts';
import { ImageService } from './services/image.ts';
import { LoadBalancerService } from './services/load-balancer.ts';
import { NetworkService } from './services/network.ts';
import { ObjectStoreService } from './services/object-store.ts';

/** Train, 2019: tags, server-group policy as an object, volume types of root disks, server groups in server details. */
const DEFAULT_MICROVERSIONS: Readonly<Record<string, string>> = { compute: '2.79', 'block-storage': '3.59' };
const DEFAULT_RETRY: RetryPolicy = {
  retries: 3,
  budgetMs: 30_000,
  baseDelayMs: 250,
  maxDelayMs: 2000,
  maxRetryAfter: 10,
};
const USER_AGENT = 'openstack-client-ts';
const DISCOVERY_TIMEOUT_MS = 30_000;

/**
 * One cloud, seen with one credential. Making it sends nothing: the token is fetched with the first request. Use
 * {@link connect} to read clouds.yaml and to fail early. Close it when done, or its idle connections linger for
 * seconds.
 */
export class OpenStackClient {
  readonly identity: IdentityService;
  readonly compute: ComputeService;
  readonly image: ImageService;
  readonly network: NetworkService;
  readonly loadBalancer: LoadBalancerService;
  readonly blockStorage: BlockStorageService;
  readonly objectStore: ObjectStoreService;
  readonly dns: DnsService;

  readonly #options: ClientOptions;
  readonly #connections: Connections;
  readonly #session: Session;
  readonly #plain: Handler;
  readonly #send: Handler;
  readonly #endpoints = new Map<string, Promise<string>>();

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#connections = options.dispatcher ? givenConnections(options.dispatcher) : ownConnections(options);
    const redactor = new Redactor();
    const userAgent = [options.userAgent, USER_AGENT].filter((part) => part !== undefined).join(' ');

    // The order of concerns, inside out: send, raise errors, observe, authenticate, retry.
    const sent = sender(this.#connections, options.timeoutMs ?? 60_000, redactor);
    const raised = raising(sent, redactor);
    const seen = observed(raised, options.hooks ?? {}, options.log, redactor);
    const named: Handler = (request) => seen({ ...request, headers: { 'user-agent': userAgent, ...request.headers } });
    const retry = { ...DEFAULT_RETRY, ...options.retry };
    this.#plain = retrying(named, retry);
    this.#session = new Session(options.auth, () => this.#identityUrl(), this.#plain, redactor);
    this.#send = retrying(authenticating(named, this.#session), retry);

    this.identity = new IdentityService(this.service('identity'), this.#session);
    this.compute = new ComputeService(this.service('compute'));
    this.image = new ImageService(this.service('image'));
    this.network = new NetworkService(this.service('network'));
    this.loadBalancer = new LoadBalancerService(this.service('load-balancer'));
    this.blockStorage = new BlockStorageService(this.service('block-storage'));
    this.objectStore = new ObjectStoreService(this.service('object-store'));
    this.dns = new DnsService(this.service('dns'));
  }

  /** Any service of the catalogue, for requests this library has no method for. */
  service(type: ServiceType | (string & {})): ServiceClient {
    const { microversions = {}, minimumMicroversions = {} } = this.#options;
    const usual = forService(microversions, type) ?? forService(DEFAULT_MICROVERSIONS, type);
    return new ServiceClient(type, {
      send: this.#send,
      endpoint: (service, signal) => this.#endpoint(service, signal),
      microversion: atLeast(forService(minimumMicroversions, type), usual),
    });
  }

  /** Fetches a token unless one is held, and tells what Keystone says about it (never its secret value). */
  async authenticate(options: RequestOptions = {}): Promise<Token> {
    const { details } = await this.#session.token(options.signal);
    return details;
  }

  /** Ends the connections. Requests under way are let finish. A dispatcher that was given is left alone. */
  async close(): Promise<void> {
    await this.#connections.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #get(service: string, url: string): Promise<ApiResponse> {
    const headers = { accept: 'application/json' };
    const expect = 'text';
    return this.#plain({
      ...{ service, method: 'GET', url, headers, expect, attempt: 1 },
      authenticated: false,
      idempotent: true,
      timeoutMs: Math.min(this.#options.timeoutMs ?? DISCOVERY_TIMEOUT_MS, DISCOVERY_TIMEOUT_MS),
    });
  }

  #identityUrl(): Promise<string> {
    const { auth_url: url } = this.#options.auth;
    if (!url)
      throw new ConfigurationError(
        'auth.auth_url is missing: the URL of Keystone, e.g. https://cloud.example/identity',
      );
    if (!URL.canParse(url)) throw new ConfigurationError(`auth.auth_url is not a URL: ${url}`);
    return this.#once('auth', () => discover('identity', url, '', (at) => this.#get('identity', at)));
  }

  #endpoint(service: string, signal: AbortSignal | undefined): Promise<string> {
    return abandonable(
      this.#once(service, () => this.#findEndpoint(service)),
      signal,
    );
  }

  async #findEndpoint(service: string): Promise<string> {
    const { details } = await this.#session.token();
    const override = forService(this.#options.endpointOverrides ?? {}, service);
    const project = details.project?.id ?? '';
    const url =
      override?.replaceAll(/[%$]\((project|tenant)_id\)s/g, project) ??
      findEndpoint(details.catalog, service, this.#options.interface ?? 'public', this.#options.region);
    if (!URL.canParse(url)) throw new ConfigurationError(`The endpoint of ${service} is not a URL: ${url}`);
    return discover(service, url, project, (at) => this.#get(service, at));
  }

  /** The same promise for everybody who asks, until it fails. */
  #once(key: string, make: () => Promise<string>): Promise<string> {
    const known = this.#endpoints.get(key);
    if (known) return known;
    const made = make();
    this.#endpoints.set(key, made);
    made.catch(() => this.#endpoints.delete(key));
    return made;
  }
}

/** Where the cloud is described, and what to change in it. */
export type ConnectOptions = CloudSource & Partial<ClientOptions> & { signal?: AbortSignal | undefined };

/**
 * Reads clouds.yaml, secure.yaml and OS_* (see {@link loadCloud}), and fetches a token, so that a wrong credential
 * shows here.
 *
 * @throws ConfigurationError, UnauthorizedError, UnavailableError
 */
export const connect = async (options: ConnectOptions = {}): Promise<OpenStackClient> => {
  const { signal, cloud, cloudsFile, secureFile, env, cwd, ...changes } = options;
  const loaded: ClientOptions = changes.auth
    ? { auth: changes.auth, proxy: environmentProxies(env) }
    : await loadCloud({ cloud, cloudsFile, secureFile, env, cwd });
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const client = new OpenStackClient({ ...loaded, ...given });
  try {
    await client.authenticate({ signal });
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
};
