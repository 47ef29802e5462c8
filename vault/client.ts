import { z } from 'zod';
import { KvStore } from './kv.ts';
import { Pki } from './pki.ts';
import { VaultTransport, type VaultOptions } from './transport.ts';
import { Wrapping } from './wrapping.ts';

/** Mount of Slipway's key/value secrets (version 2). */
export const KV_MOUNT = 'slipway';

/** State of a Vault server, which it tells without a token. */
export interface VaultHealth {
  readonly initialized: boolean;
  readonly sealed: boolean;
  readonly standby: boolean;
  readonly version: string;
}

/** What Vault says of the token in use. */
export interface VaultTokenInfo {
  readonly displayName: string;
  readonly policies: readonly string[];
  /** Seconds until it expires; 0 for one that never does. */
  readonly ttlSeconds: number;
  readonly renewable: boolean;
}

const healthSchema = z.looseObject({
  initialized: z.boolean(),
  sealed: z.boolean(),
  standby: z.boolean().default(false),
  version: z.string().default(''),
});
const tokenSchema = z.looseObject({
  data: z.looseObject({
    display_name: z.string().default(''),
    policies: z.array(z.string()).nullish(),
    ttl: z.number().default(0),
    renewable: z.boolean().default(false),
  }),
});

const capabilitiesSchema = z.looseObject({ data: z.record(z.string(), z.unknown()) });

/**
 * A client of Vault or OpenBao, with what Slipway needs of it. Each method takes an AbortSignal last, has a time-out, is tried again for
 * a few seconds while Vault is unavailable, and throws VaultError. No error holds a secret.
 */
export class VaultClient {
  /** Secrets below the mount {@link KV_MOUNT}. */
  readonly kv: KvStore;
  readonly pki: Pki;
  readonly wrapping: Wrapping;
  /** Address without a trailing slash. */
  readonly address: string;
  readonly namespace: string | undefined;
  /** PEM of the authority that this client trusts; undefined for the system's. */
  readonly caCert: string | undefined;
  readonly #transport: VaultTransport;

  constructor(options: VaultOptions) {
    this.#transport = new VaultTransport(options);
    this.kv = new KvStore(this.#transport, KV_MOUNT);
    this.pki = new Pki(this.#transport);
    this.wrapping = new Wrapping(this.#transport);
    this.address = this.#transport.address;
    this.namespace = this.#transport.namespace;
    this.caCert = this.#transport.caCert;
  }

  /** Whether the server is initialised and unsealed; answers in every state in which it runs. */
  async health(signal?: AbortSignal): Promise<VaultHealth> {
    const { initialized, sealed, standby, version } = await this.#transport.send({
      method: 'GET',
      path: 'sys/health',
      query: { standbyok: 'true', perfstandbyok: 'true', sealedcode: '200', uninitcode: '200', drsecondarycode: '200' },
      token: { use: 'none' },
      schema: healthSchema,
      signal,
    });
    return { initialized, sealed, standby, version };
  }

  /** What the token in use is and may. */
  async tokenInfo(signal?: AbortSignal): Promise<VaultTokenInfo> {
    const { data } = await this.#transport.send({
      method: 'GET',
      path: 'auth/token/lookup-self',
      schema: tokenSchema,
      signal,
    });
    return {
      displayName: data.display_name,
      policies: data.policies ?? [],
      ttlSeconds: data.ttl,
      renewable: data.renewable,
    };
  }

  /**
   * What the token in use may do at these paths (below `/v1/`), by path: `create`, `read`, `update`, `delete`, `list`, `sudo`, `root`, or
   * `deny` alone.
   */
  async capabilities(paths: readonly string[], signal?: AbortSignal): Promise<Record<string, string[]>> {
    const { data } = await this.#transport.send({
      method: 'POST',
      path: 'sys/capabilities-self',
      body: { paths },
      schema: capabilitiesSchema,
      signal,
    });
    // The answer also holds fields that are no paths.
    return Object.fromEntries(paths.map((path) => [path, z.array(z.string()).catch(['deny']).parse(data[path])]));
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    await this.#transport.close();
  }
}
