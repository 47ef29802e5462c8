import { createHash, X509Certificate } from 'node:crypto';
import { cancellationSignal } from '@temporalio/activity';
import { z } from 'zod';
import { vaultPaths } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';

const HOUR = 3600;
const YEAR = 365 * 24 * HOUR;
/** Life of an authority: ten years, as kubeadm's. */
const AUTHORITY_TTL = 10 * YEAR;
/** Life of what an authority issues: one year, as kubeadm's. */
export const LEAF_TTL = YEAR;

/** Roles of the PKI mounts. */
export const roles = {
  /** Kubernetes authority: the administrator's client certificate. */
  administrator: 'administrator',
  /** etcd authority: server and peer certificates; etcd uses them as a client too. */
  etcdServer: 'server',
  /** etcd authority: clients of etcd. */
  etcdClient: 'client',
  /** Front-proxy authority: the API server as a proxy before other API servers. */
  frontProxyClient: 'client',
} as const;

/**
 * Group that kubeadm binds to cluster-admin (kubernetes: cmd/kubeadm/app/constants,
 * ClusterAdminsGroupAndClusterRoleBinding).
 */
const ADMINISTRATORS = 'kubeadm:cluster-admins';

/** The secret at `vaultPaths(id).kubernetesAuthority`: certificate and key, PEM. */
export const authoritySchema = z.looseObject({ certificate: z.string(), privateKey: z.string() });
type Authority = z.output<typeof authoritySchema>;

/**
 * Makes the cluster's three certificate authorities and their roles, or finds them. Returns the certificate of the
 * Kubernetes authority. Twelve calls when nothing is there.
 */
export async function ensureAuthorities(vault: VaultClient, signal: AbortSignal, id: string): Promise<string> {
  const { pki } = vaultPaths(id);
  const [certificate] = await Promise.all([
    ensureKubernetesAuthority(vault, signal, id),
    ensureInternalAuthority(vault, signal, pki.etcd, 'etcd-ca', {
      [roles.etcdServer]: { server: true, client: true },
      [roles.etcdClient]: { server: false, client: true },
    }),
    ensureInternalAuthority(vault, signal, pki.frontProxy, 'front-proxy-ca', {
      [roles.frontProxyClient]: { server: false, client: true },
    }),
  ]);
  return certificate;
}

/**
 * The hash of a cluster's authority, as machines that join know it. Makes nothing.
 *
 * @throws VaultError `not-found` when the cluster has no authority
 */
export async function findCaCertHash(vault: VaultClient, id: string): Promise<string> {
  const { kubernetesAuthority } = vaultPaths(id);
  const { certificate } = await vault.kv.read(kubernetesAuthority, authoritySchema, cancellationSignal());
  return caCertHash(certificate);
}

/** What kubeadm pins an authority by: SHA-256 of its public key (RFC 7469), as `sha256:<hex>`. */
export function caCertHash(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(key).digest('hex')}`;
}

/**
 * The Kubernetes authority's key must be on the control planes: kube-controller-manager signs the kubelets'
 * certificates with it. So Vault generates it exported. The key/value secret is the truth, written once: whatever an
 * interrupted or a parallel run left in the mount, the mount is made to follow it.
 */
async function ensureKubernetesAuthority(vault: VaultClient, signal: AbortSignal, id: string): Promise<string> {
  const paths = vaultPaths(id);
  const mount = paths.pki.kubernetes;
  const madeNow = await vault.pki.enable(mount, AUTHORITY_TTL, describe(id), signal);
  const role = vault.pki.writeRole(
    mount,
    roles.administrator,
    { server: false, client: true, organization: ADMINISTRATORS, maxTtlSeconds: LEAF_TTL },
    signal,
  );
  const authority = keptAuthority(vault, signal, id, madeNow);
  const [{ certificate }] = await Promise.all([authority, role]);
  return certificate;
}

async function keptAuthority(
  vault: VaultClient,
  signal: AbortSignal,
  id: string,
  madeNow: boolean,
): Promise<Authority> {
  const { kubernetesAuthority, pki } = vaultPaths(id);
  const known = madeNow ? undefined : await vault.kv.find(kubernetesAuthority, authoritySchema, signal);
  const authority = known ?? (await newAuthority(vault, signal, id));
  if ((await vault.pki.caCertificate(pki.kubernetes, signal)) !== authority.certificate) {
    await vault.pki.adoptAuthority(pki.kubernetes, authority.certificate, authority.privateKey, signal);
  }
  return authority;
}

/** Generates an authority and keeps it, unless another run was faster: then that run's. */
async function newAuthority(vault: VaultClient, signal: AbortSignal, id: string): Promise<Authority> {
  const { kubernetesAuthority, pki } = vaultPaths(id);
  const { certificate, privateKey } = await vault.pki.generateRoot(
    pki.kubernetes,
    'exported',
    'kubernetes',
    AUTHORITY_TTL,
    signal,
  );
  if (privateKey === undefined) throw new Error(`Vault: ${pki.kubernetes}: an exported authority came without its key`);
  const authority = { certificate, privateKey };
  if (await vault.kv.create(kubernetesAuthority, authority, signal)) return authority;
  return await vault.kv.read(kubernetesAuthority, authoritySchema, signal);
}

/** An authority whose key never leaves Vault; control planes get the certificates that it issues. */
async function ensureInternalAuthority(
  vault: VaultClient,
  signal: AbortSignal,
  mount: string,
  commonName: string,
  mountRoles: Readonly<Record<string, { server: boolean; client: boolean }>>,
): Promise<void> {
  const madeNow = await vault.pki.enable(mount, AUTHORITY_TTL, describe(mount), signal);
  const ensureRoot = async () => {
    if (!madeNow && (await vault.pki.caCertificate(mount, signal)) !== undefined) return;
    await vault.pki.generateRoot(mount, 'internal', commonName, AUTHORITY_TTL, signal);
  };
  await Promise.all([
    ensureRoot(),
    ...Object.entries(mountRoles).map(([role, flags]) =>
      vault.pki.writeRole(mount, role, { ...flags, maxTtlSeconds: LEAF_TTL }, signal),
    ),
  ]);
}

const describe = (what: string): string => `Slipway: certificate authority of ${what}`;
