import { X509Certificate } from 'node:crypto';
import { cancellationSignal } from '@temporalio/activity';
import { stringify } from 'yaml';
import { z } from 'zod';
import { vaultPaths } from '../../model/index.ts';
import type { IssuedCertificate, VaultClient } from '../../vault/index.ts';
import type { ActivityDeps } from '../deps.ts';
import { LEAF_TTL, roles } from './authorities.ts';

const ADMINISTRATOR = 'slipway-admin';
/** A kubeconfig that is valid for longer than this is kept. */
const KEEP_MS = 30 * 24 * 3600 * 1000;

/** The secret at `vaultPaths(id).kubeconfig`. */
export const kubeconfigSchema = z.looseObject({
  /** The kubeconfig, YAML. */
  kubeconfig: z.string(),
  endpoint: z.string(),
  /** When its certificate ends, ISO 8601. */
  notAfter: z.iso.datetime(),
});

/** Where a cluster's kubeconfig is, below the key/value mount. */
export interface PublishedKubeconfig {
  readonly kubeconfigPath: string;
}

/**
 * Writes the administrator's kubeconfig to Vault: a client certificate for one year in the group
 * `kubeadm:cluster-admins`. One that is there for the same endpoint and valid for another 30 days stays. Three calls,
 * or one.
 */
export async function writeKubeconfig(
  vault: VaultClient,
  signal: AbortSignal,
  id: string,
  endpoint: string,
): Promise<PublishedKubeconfig> {
  const { kubeconfig: kubeconfigPath, pki } = vaultPaths(id);
  const known = await vault.kv.find(kubeconfigPath, kubeconfigSchema, signal);
  if (known?.endpoint === endpoint && Date.parse(known.notAfter) > Date.now() + KEEP_MS) return { kubeconfigPath };
  const wanted = { commonName: ADMINISTRATOR, ttlSeconds: LEAF_TTL };
  const issued = await vault.pki.issue(pki.kubernetes, roles.administrator, wanted, signal);
  const secret: z.input<typeof kubeconfigSchema> = {
    kubeconfig: kubeconfigText(id, endpoint, issued),
    endpoint,
    notAfter: new Date(new X509Certificate(issued.certificate).validTo).toISOString(),
  };
  await vault.kv.write(kubeconfigPath, secret, signal);
  return { kubeconfigPath };
}

/** Activity: {@link writeKubeconfig}. `endpoint` is `https://<address>:6443`. */
export const publishKubeconfig =
  ({ vault }: Pick<ActivityDeps, 'vault'>) =>
  async (input: { id: string; endpoint: string }): Promise<PublishedKubeconfig> =>
    writeKubeconfig(vault, cancellationSignal(), input.id, input.endpoint);

/**
 * A name that kubeadm puts into every API server's certificate
 * (kubernetes/kubernetes:cmd/kubeadm/app/util/pkiutil/pki_helpers.go, GetAPIServerAltNames). Checked in place of the
 * address, which may be another one than when the certificate was made (the fault matrix, "ensureApi POST
 * …/floatingips: vanishes"). Each cluster has an authority of its own: no other server has a certificate that passes.
 */
const SERVER_NAME = 'kubernetes';

/**
 * Kubernetes: reference/config-api/kubeconfig.v1. Cluster and context carry the cluster's id, so that files can be
 * merged.
 */
function kubeconfigText(
  id: string,
  endpoint: string,
  { certificate, privateKey, issuingCa }: IssuedCertificate,
): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const user = `${id}-admin`;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: id,
        cluster: {
          server: endpoint,
          'tls-server-name': SERVER_NAME,
          'certificate-authority-data': base64(issuingCa),
        },
      },
    ],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': base64(certificate), 'client-key-data': base64(privateKey) },
      },
    ],
    contexts: [{ name: id, context: { cluster: id, user } }],
    'current-context': id,
    preferences: {},
  });
}
