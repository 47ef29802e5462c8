import { z } from 'zod';
import { VaultError } from './error.ts';
import type { VaultTransport } from './transport.ts';

/** A certificate authority that was generated. The private key is there for type `exported` only. */
export interface GeneratedRoot {
  readonly certificate: string;
  readonly privateKey: string | undefined;
  readonly issuerId: string | undefined;
}

/**
 * A leaf certificate with its key and the certificate of the authority that signed it, all PEM, each ending with a line
 * feed.
 */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly privateKey: string;
  readonly issuingCa: string;
}

/** What a certificate is issued for. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly ttlSeconds: number;
}

/** Vault's PEM texts have no line feed at their end; files do. */
const pem = z
  .string()
  .startsWith('-----BEGIN ')
  .transform((text) => `${text.trim()}\n`);
const rootSchema = z.looseObject({
  data: z.looseObject({ certificate: pem, private_key: pem.optional(), issuer_id: z.string().optional() }),
});
const issuedSchema = z.looseObject({
  data: z.looseObject({ certificate: pem, private_key: pem, issuing_ca: pem }),
});
const caSchema = z.looseObject({ data: z.looseObject({ certificate: z.string() }) });
const importSchema = z.looseObject({
  data: z.looseObject({
    imported_issuers: z.array(z.string()).nullish(),
    existing_issuers: z.array(z.string()).nullish(),
  }),
});
const keyParameters = { key_type: 'ec', key_bits: 256 } as const;

/** Certificate authorities in PKI mounts (Vault API documentation: secret/pki). Keys are EC P-256. */
export class Pki {
  readonly #transport: VaultTransport;

  constructor(transport: VaultTransport) {
    this.#transport = transport;
  }

  /** Makes a mount whose leases may be `maxTtlSeconds` long. False when there was one, which is unchanged. */
  async enable(mount: string, maxTtlSeconds: number, description: string, signal?: AbortSignal): Promise<boolean> {
    const config = { max_lease_ttl: `${maxTtlSeconds}s`, default_lease_ttl: `${maxTtlSeconds}s` };
    try {
      await this.#post(`sys/mounts/${mount}`, { type: 'pki', description, config }, z.unknown(), signal);
      return true;
    } catch (error) {
      // A retry of a request that arrived, or another run: either way the mount is there.
      if (error instanceof VaultError && error.words.some((text) => text.includes('already in use'))) return false;
      throw error;
    }
  }

  /** Whether the mount is there. */
  async exists(mount: string, signal?: AbortSignal): Promise<boolean> {
    try {
      await this.#transport.send({ method: 'GET', path: `sys/mounts/${mount}`, schema: z.unknown(), signal });
      return true;
    } catch (error) {
      if (error instanceof VaultError && isNoMount(error)) return false;
      throw error;
    }
  }

  /** Changes the longest lease of a mount. */
  async tune(mount: string, maxTtlSeconds: number, signal?: AbortSignal): Promise<void> {
    const body = { max_lease_ttl: `${maxTtlSeconds}s`, default_lease_ttl: `${maxTtlSeconds}s` };
    await this.#post(`sys/mounts/${mount}/tune`, body, z.unknown(), signal);
  }

  /** Removes a mount with everything in it. Nothing there is success. */
  async disable(mount: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.#transport.send({ method: 'DELETE', path: `sys/mounts/${mount}`, schema: z.unknown(), signal });
    } catch (error) {
      if (error instanceof VaultError && isNoMount(error)) return;
      throw error;
    }
  }

  /**
   * Generates a self-signed authority. Each call makes another one; the mount's first becomes its default. `exported`
   * returns the private key, `internal` keeps it in Vault for good.
   */
  async generateRoot(
    mount: string,
    type: 'internal' | 'exported',
    commonName: string,
    ttlSeconds: number,
    signal?: AbortSignal,
  ): Promise<GeneratedRoot> {
    const body = {
      ...keyParameters,
      common_name: commonName,
      exclude_cn_from_sans: true,
      ttl: `${ttlSeconds}s`,
      // kubeadm backdates by as much, for machines whose clock is behind.
      not_before_duration: '300s',
    };
    const { data } = await this.#post(`${mount}/root/generate/${type}`, body, rootSchema, signal);
    return { certificate: data.certificate, privateKey: data.private_key, issuerId: data.issuer_id };
  }

  /** The certificate of the mount's default authority; undefined when the mount has none, or is not there. */
  async caCertificate(mount: string, signal?: AbortSignal): Promise<string | undefined> {
    try {
      const path = `${mount}/cert/ca`;
      const { data } = await this.#transport.send({ method: 'GET', path, schema: caSchema, signal });
      return data.certificate === '' ? undefined : pem.parse(data.certificate);
    } catch (error) {
      if (error instanceof VaultError && (error.kind === 'not-found' || hasNoAuthority(error))) return undefined;
      throw error;
    }
  }

  /** Makes this authority (certificate and key, PEM) the mount's default; one that is there already is only chosen. */
  async adoptAuthority(mount: string, certificate: string, privateKey: string, signal?: AbortSignal): Promise<void> {
    const bundle = { pem_bundle: `${privateKey}\n${certificate}` };
    const { data } = await this.#post(`${mount}/issuers/import/bundle`, bundle, importSchema, signal);
    const issuer = data.imported_issuers?.[0] ?? data.existing_issuers?.[0];
    if (issuer !== undefined) await this.#post(`${mount}/config/issuers`, { default: issuer }, z.unknown(), signal);
  }

  /**
   * Writes a role. Certificates are not stored in Vault: nothing in a cluster reads revocation lists, and a fleet's
   * certificates would only make Vault's storage grow.
   */
  async writeRole(
    mount: string,
    role: string,
    options: { server: boolean; client: boolean; organization?: string; maxTtlSeconds: number },
    signal?: AbortSignal,
  ): Promise<void> {
    const body = {
      ...keyParameters,
      allow_any_name: true,
      enforce_hostnames: false,
      allow_ip_sans: true,
      server_flag: options.server,
      client_flag: options.client,
      ...(options.organization === undefined ? {} : { organization: [options.organization] }),
      key_usage: ['DigitalSignature'],
      max_ttl: `${options.maxTtlSeconds}s`,
      not_before_duration: '300s',
      no_store: true,
    };
    await this.#post(`${mount}/roles/${role}`, body, z.unknown(), signal);
  }

  /**
   * Issues a certificate with a new key. The common name is not among the alternative names unless it is listed there.
   */
  async issue(
    mount: string,
    role: string,
    wanted: CertificateRequest,
    signal?: AbortSignal,
  ): Promise<IssuedCertificate> {
    const body = {
      common_name: wanted.commonName,
      exclude_cn_from_sans: true,
      alt_names: (wanted.dnsNames ?? []).join(','),
      ip_sans: (wanted.ipAddresses ?? []).join(','),
      ttl: `${wanted.ttlSeconds}s`,
    };
    const { data } = await this.#post(`${mount}/issue/${role}`, body, issuedSchema, signal);
    return { certificate: data.certificate, privateKey: data.private_key, issuingCa: data.issuing_ca };
  }

  #post<T>(path: string, body: Record<string, unknown>, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
    return this.#transport.send({ method: 'POST', path, body, schema, signal });
  }
}

/** Vault says 400 "no matching mount", OpenBao and older ones "no secret engine mount" or 404. */
function isNoMount(error: VaultError): boolean {
  return (
    error.status === 404 ||
    error.words.some((text) => /no (matching|secret engine) mount|no handler for route/i.test(text))
  );
}

/** What `cert/ca` of a mount without an authority answers, with 400. */
function hasNoAuthority(error: VaultError): boolean {
  return error.words.some((text) => text.includes('no default issuer'));
}
