import { z } from 'zod';
import { capabilitiesOf, granted } from './capabilities.ts';
import { KvStore } from './kv.ts';
import { Pki } from './pki.ts';
import { LOOKUP_SELF } from './refusal.ts';
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
  /** Tells one token from the next; seconds since 1970, by Vault's clock. */
  readonly createdAt: number;
  /** Seconds until it expires, rounded down; undefined for one that never does. */
  readonly ttlSeconds: number | undefined;
  /** Seconds that it was given, and that a renewal gives again as long as nothing limits it. */
  readonly grantedSeconds: number;
  readonly renewable: boolean;
  /** Seconds from its creation after which no renewal helps; undefined where the token itself has no such limit. */
  readonly maxTtlSeconds: number | undefined;
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
    creation_time: z.number().default(0),
    creation_ttl: z.number().default(0),
    period: z.number().nullish(),
    explicit_max_ttl: z.number().default(0),
    expire_time: z.string().nullish(),
    ttl: z.number().default(0),
    renewable: z.boolean().default(false),
  }),
});
const renewedSchema = z.looseObject({ auth: z.looseObject({ lease_duration: z.number() }) });

/**
 * A client of Vault or OpenBao, with what Slipway needs of it. Each method takes an AbortSignal last, has a time-out,
 * is tried again for a few seconds while Vault is unavailable, and throws VaultError. No error holds a secret.
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

  /** What the token in use is. */
  async tokenInfo(signal?: AbortSignal): Promise<VaultTokenInfo> {
    const { data } = await this.#transport.send({
      method: 'GET',
      path: LOOKUP_SELF,
      schema: tokenSchema,
      signal,
    });
    return {
      displayName: data.display_name,
      policies: data.policies ?? [],
      createdAt: data.creation_time,
      ttlSeconds: data.expire_time ? data.ttl : undefined,
      grantedSeconds: data.period || data.creation_ttl,
      renewable: data.renewable,
      maxTtlSeconds: data.explicit_max_ttl || undefined,
    };
  }

  /**
   * Renews the token in use. Returns the seconds that it now lives: fewer than it was given once, when it nears a
   * limit.
   */
  async renewToken(signal?: AbortSignal): Promise<number> {
    const { auth } = await this.#transport.send({
      method: 'POST',
      path: 'auth/token/renew-self',
      body: {},
      schema: renewedSchema,
      signal,
    });
    return auth.lease_duration;
  }

  /**
   * What the token in use may do at these paths (below `/v1/`), by path: `create`, `read`, `update`, `delete`, `list`,
   * `sudo`, `root`, or `deny` alone.
   */
  async capabilities(paths: readonly string[], signal?: AbortSignal): Promise<Record<string, string[]>> {
    const answer = await this.#transport.send({ ...capabilitiesOf(paths), signal });
    return Object.fromEntries(paths.map((path) => [path, granted(answer, path)]));
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    await this.#transport.close();
  }
}
