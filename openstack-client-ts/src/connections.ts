import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { proxyFor, type ProxyOptions } from './proxy.ts';
import { redactUrl } from './redact.ts';

export interface TlsOptions {
  /** PEM of the authorities to trust instead of the system's. */
  ca?: string | undefined;
  /** False accepts any certificate: for trials only. Default true. */
  verify?: boolean | undefined;
  /** PEM of the client's certificate and its key. */
  cert?: string | undefined;
  key?: string | undefined;
}

/** How a request leaves: over what, and by way of which proxy, named without its credential. */
interface Route {
  dispatcher: Dispatcher;
  proxy?: string | undefined;
}

/** The connections of one client. */
export interface Connections {
  /** @throws ConfigurationError for a proxy that can not be used */
  route: (url: string) => Route;
  close: () => Promise<void>;
}

export interface ConnectionOptions {
  tls?: TlsOptions | undefined;
  proxy?: ProxyOptions | undefined;
  /** Per host. */
  connections?: number | undefined;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Connections that are opened here: directly, and one set for each proxy when it is first needed. */
export const ownConnections = ({ tls = {}, proxy = {}, connections = 32 }: ConnectionOptions): Connections => {
  const { ca, cert, key, verify = true } = tls;
  const connect = {
    timeout: CONNECT_TIMEOUT_MS,
    rejectUnauthorized: verify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  const direct = new Agent({ connections, connect });
  const proxies = new Map<string, ProxyAgent>();
  return {
    route: (url) => {
      const uri = proxyFor(url, proxy);
      if (uri === undefined) return { dispatcher: direct };
      // One agent does for both kinds of targets: TLS is tunnelled, plain HTTP is not, as squid allows CONNECT to 443
      // only.
      const agent =
        proxies.get(uri) ??
        new ProxyAgent({
          ...{ uri, connections, proxyTunnel: false },
          // The cloud's certificates are about the cloud. A proxy that speaks TLS is checked with the system's
          // authorities.
          requestTls: connect,
          proxyTls: { timeout: CONNECT_TIMEOUT_MS },
        });
      proxies.set(uri, agent);
      return { dispatcher: agent, proxy: redactUrl(uri) };
    },
    close: async () => {
      await Promise.all([direct, ...proxies.values()].map((agent) => agent.close()));
    },
  };
};

/** The connections of a dispatcher that somebody else made, and closes. */
export const givenConnections = (dispatcher: Dispatcher): Connections => ({
  route: () => ({ dispatcher }),
  close: () => Promise.resolve(),
});
