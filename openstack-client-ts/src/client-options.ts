import type { Dispatcher } from 'undici';
import type { AuthOptions } from './auth-options.ts';
import type { Interface } from './catalog.ts';
import type { TlsOptions } from './connections.ts';
import type { Hooks, LogEntry, RetryPolicy } from './http-types.ts';
import type { ProxyOptions } from './proxy.ts';

/** How a client reaches one cloud: the credential, which endpoints and microversions, and how requests are sent. */
export interface ClientOptions {
  auth: AuthOptions;
  /** Region of the catalogue; needed only where a service is in several. */
  region?: string | undefined;
  /** Which of a service's endpoints is used; default `public`. */
  interface?: Interface | undefined;
  /** URLs to use instead of the catalogue's, by service type or one of its aliases. `%(project_id)s` is filled in. */
  endpointOverrides?: Readonly<Record<string, string | undefined>> | undefined;
  /** Microversion by service type; default: compute 2.79, block-storage 3.59 (both of 2019). */
  microversions?: Readonly<Record<string, string | undefined>> | undefined;
  /**
   * The least that the caller's requests need, by service type: an older one in `microversions`, such as a
   * clouds.yaml's, is raised to it. `latest` is, too. A microversion of a single call is the call's own business.
   */
  minimumMicroversions?: Readonly<Record<string, string | undefined>> | undefined;
  tls?: TlsOptions | undefined;
  /** Time-out of each HTTP request in milliseconds; default 60,000. */
  timeoutMs?: number | undefined;
  /** Connections per host that are kept and used at once; default 32. */
  connections?: number | undefined;
  retry?: Partial<RetryPolicy> | undefined;
  hooks?: Hooks | undefined;
  /** Called for each HTTP request; holds no secret and no body. */
  log?: ((entry: LogEntry) => void) | undefined;
  /** Put before this library's name in User-Agent. */
  userAgent?: string | undefined;
  /** Proxies; default: none. `connect`, `loadCloud` and `environmentProxies` read HTTPS_PROXY and its kin. */
  proxy?: ProxyOptions | undefined;
  /** An undici dispatcher of one's own. `tls`, `proxy` and `connections` are then its business. */
  dispatcher?: Dispatcher | undefined;
}
