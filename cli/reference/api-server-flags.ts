import { allowedFlags, kubeadmFlags, slipwayFlags } from '../../model/index.ts';

/** docs/reference/api-server-flags.md: what `kubernetes.apiServer.extraArgs` may hold. */
export function apiServerFlagsReference(generated: string): string {
  return [
    generated,
    '# Flags of kube-apiserver',
    '',
    '`kubernetes.apiServer.extraArgs` takes these flags, without `--`. kube-apiserver does not start for a flag or a value that',
    'it does not know, so others are refused before anything is made. Feature gates, admission plugins and API versions are judged for',
    'clusters of Kubernetes 1.36 only; for other versions look at that version’s documentation.',
    '',
    '| flag | must be |',
    '|---|---|',
    ...[...allowedFlags].map(([name, { takes }]) => `| \`${name}\` | ${takes.replaceAll('|', '\\|')} |`),
    '',
    '## Together',
    '',
    '- `oidc-*` need `oidc-issuer-url` and `oidc-client-id`; `oidc-groups-prefix` needs `oidc-groups-claim`.',
    '- `audit-*` need `kubernetes.auditPolicy`; throttled batches need `audit-log-batch-throttle-qps` and `-burst`.',
    '- `enable-admission-plugins` must have `NodeRestriction`, which kubeadm enables by this flag; nobody may disable it.',
    '- A feature gate that is on needs the gates that it builds upon.',
    '- `tls-cipher-suites` must have the one that HTTP/2 needs with kubeadm’s certificates, `TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256`.',
    '- `vmodule` needs logs as text.',
    '',
    '## Refused',
    '',
    `kubeadm sets these: ${kubeadmFlags.map((name) => `\`${name}\``).join(', ')}.`,
    '',
    `Slipway sets these: ${[...slipwayFlags].map(([name, field]) => `\`${name}\` (by \`${field}\`)`).join(', ')}.`,
    '',
    'Flags that name a file, but for `oidc-ca-file`, would name one that the API server’s container does not have.',
    '',
  ].join('\n');
}
