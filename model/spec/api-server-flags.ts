import { z } from 'zod';
import {
  decimal,
  duration,
  type FlagValue,
  host,
  httpsUrl,
  listOf,
  matches,
  oneOf,
  pair,
  portRange,
  printable,
  trueOrFalse,
  wholeNumber,
  word,
} from './flag-values.ts';
import { cipherSuites } from './kube-apiserver.ts';

/*
 * Flags of kube-apiserver that a specification may set. kube-apiserver refuses to start for an unknown flag or a value
 * that it does not take, which shows only as a cluster that never answers, so each is known here with what it takes
 * (kubernetes: pkg/controlplane/apiserver, pkg/kubeapiserver/options; apiserver: pkg/server/options). Flags that name a
 * file, but for a certificate authority, are not among them: the container of the API server sees no such file of the
 * machine.
 */

const feature = matches('Name=true or Name=false', /^[A-Za-z0-9]+=(true|false)$/);
const plugin = matches('the name of an admission plugin', /^[A-Za-z]+$/);
const metric = matches('the name of a metric', /^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
const atLeastOne = wholeNumber(1);
const second = duration(1);

/** What users may set, by name. */
export const allowedFlags: ReadonlyMap<string, FlagValue> = new Map(
  Object.entries({
    'aggregator-reject-forwarding-redirect': trueOrFalse,
    'api-audiences': listOf(word),
    'audit-log-batch-buffer-size': atLeastOne,
    'audit-log-batch-max-size': atLeastOne,
    'audit-log-batch-max-wait': second,
    'audit-log-batch-throttle-burst': atLeastOne,
    'audit-log-batch-throttle-enable': trueOrFalse,
    'audit-log-batch-throttle-qps': decimal(0.001, 1_000_000),
    'audit-log-compress': trueOrFalse,
    'audit-log-format': oneOf('json', 'legacy'),
    'audit-log-maxage': wholeNumber(0),
    'audit-log-maxbackup': wholeNumber(0),
    'audit-log-maxsize': wholeNumber(0),
    'audit-log-mode': oneOf('batch', 'blocking', 'blocking-strict'),
    'audit-log-path': matches(
      '"-" or a file in /var/log/kubernetes/audit',
      /^(-|\/var\/log\/kubernetes\/audit\/[A-Za-z0-9][-A-Za-z0-9._]*)$/,
    ),
    'audit-log-truncate-enabled': trueOrFalse,
    'audit-log-truncate-max-batch-size': atLeastOne,
    'audit-log-truncate-max-event-size': atLeastOne,
    'audit-log-version': oneOf('audit.k8s.io/v1'),
    'contention-profiling': trueOrFalse,
    'cors-allowed-origins': listOf(
      matches(
        'an expression that begins with // or ^https:// and ends with $ or (:|$)',
        /^(\/\/|\^https?:\/\/)(?:[-A-Za-z0-9:]|\.[*+]?|\\\.|\[\^\.\]\+)+(\$|\(:\|\$\))$/,
      ),
    ),
    'default-not-ready-toleration-seconds': wholeNumber(0),
    'default-unreachable-toleration-seconds': wholeNumber(0),
    'delete-collection-workers': atLeastOne,
    'disable-admission-plugins': listOf(plugin),
    'disable-http2-serving': trueOrFalse,
    'disabled-metrics': listOf(metric),
    'enable-admission-plugins': listOf(plugin),
    'enable-aggregator-routing': trueOrFalse,
    'enable-priority-and-fairness': trueOrFalse,
    'etcd-compaction-interval': second,
    'etcd-count-metric-poll-period': second,
    'etcd-db-metric-poll-interval': second,
    'etcd-healthcheck-timeout': second,
    'etcd-readycheck-timeout': second,
    'event-ttl': second,
    'external-hostname': host,
    'feature-gates': listOf(feature),
    'goaway-chance': decimal(0, 0.02),
    'http2-max-streams-per-connection': wholeNumber(0),
    'kubelet-timeout': second,
    'lease-reuse-duration-seconds': atLeastOne,
    'livez-grace-period': duration(0),
    'log-flush-frequency': second,
    'logging-format': oneOf('json', 'text'),
    'max-connection-bytes-per-sec': wholeNumber(0),
    'max-mutating-requests-inflight': atLeastOne,
    'max-requests-inflight': atLeastOne,
    'min-request-timeout': atLeastOne,
    'oidc-ca-file': matches('a file below /etc/ssl/certs', /^\/etc\/ssl\/certs\/[A-Za-z0-9][-A-Za-z0-9._]*$/),
    'oidc-client-id': printable,
    'oidc-groups-claim': word,
    'oidc-groups-prefix': printable,
    'oidc-issuer-url': httpsUrl,
    'oidc-required-claim': listOf(pair(word, word)),
    'oidc-signing-algs': listOf(oneOf('RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512')),
    'oidc-username-claim': word,
    'oidc-username-prefix': printable,
    profiling: trueOrFalse,
    'request-timeout': second,
    'runtime-config': listOf(pair(word, trueOrFalse)),
    'service-account-extend-token-expiration': trueOrFalse,
    'service-account-jwks-uri': httpsUrl,
    'service-account-lookup': trueOrFalse,
    'service-account-max-token-expiration': duration(3600, 2 ** 32),
    'service-node-port-range': portRange,
    'shutdown-delay-duration': duration(0),
    'shutdown-send-retry-after': trueOrFalse,
    'shutdown-watch-termination-grace-period': duration(0),
    'storage-initialization-timeout': second,
    'strict-transport-security-directives': listOf(
      matches('max-age=<seconds>, includeSubDomains or preload', /^(max-age=\d{1,10}|includeSubDomains|preload)$/),
    ),
    'tls-cipher-suites': listOf(oneOf(...cipherSuites)),
    'tls-min-version': oneOf('VersionTLS12', 'VersionTLS13'),
    v: wholeNumber(0, 10),
    vmodule: listOf(pair(matches('a pattern of file names', /^[A-Za-z0-9_*?/-]+$/), wholeNumber(0, 10))),
    'watch-cache': trueOrFalse,
    'watch-cache-sizes': listOf(matches('resource[.group]#size', /^[a-z]+(\.[a-z0-9.]+[a-z0-9])?#\d{1,9}$/)),
  } satisfies Record<string, FlagValue>),
);

/** Flags that kubeadm sets on every API server (kubernetes: cmd/kubeadm/app/phases/controlplane/manifests.go). */
export const kubeadmFlags = [
  'advertise-address',
  'allow-privileged',
  'authorization-mode',
  'client-ca-file',
  'enable-bootstrap-token-auth',
  'etcd-cafile',
  'etcd-certfile',
  'etcd-keyfile',
  'etcd-servers',
  'kubelet-client-certificate',
  'kubelet-client-key',
  'kubelet-preferred-address-types',
  'proxy-client-cert-file',
  'proxy-client-key-file',
  'requestheader-allowed-names',
  'requestheader-client-ca-file',
  'requestheader-extra-headers-prefix',
  'requestheader-group-headers',
  'requestheader-username-headers',
  'secure-port',
  'service-account-issuer',
  'service-account-key-file',
  'service-account-signing-key-file',
  'service-cluster-ip-range',
  'tls-cert-file',
  'tls-private-key-file',
] as const;

/**
 * Flags that Slipway sets, and the field that they come from. `audit-log-*` are its defaults, which a user may change.
 */
export const slipwayFlags: ReadonlyMap<string, string> = new Map([
  ['audit-policy-file', 'kubernetes.auditPolicy'],
  ['authentication-config', 'kubernetes.authentication'],
  ['encryption-provider-config', 'kubernetes.encryptionAtRest'],
  ['encryption-provider-config-automatic-reload', 'kubernetes.encryptionAtRest'],
]);

/** `kubernetes.apiServer.extraArgs`: each flag by itself; what they must be together is in `api-server-rules.ts`. */
export const extraArgsSchema = z
  .record(z.string().regex(/^[a-z][-a-z0-9]*$/, 'must be a kube-apiserver flag without "--"'), z.string().max(4096))
  .superRefine((args, context) => {
    for (const [name, value] of Object.entries(args)) {
      const reason = flagIssue(name, value);
      if (reason !== undefined) context.addIssue({ code: 'custom', path: [name], message: reason });
    }
  });

function flagIssue(name: string, value: string): string | undefined {
  if ((kubeadmFlags as readonly string[]).includes(name))
    return 'is set by kubeadm; the cluster would not work with another value';
  const field = slipwayFlags.get(name);
  if (field !== undefined) return `is set by Slipway: use ${field}`;
  const allowed = allowedFlags.get(name);
  if (allowed === undefined)
    return 'is no flag of kube-apiserver that may be set here (docs/reference/api-server-flags.md)';
  return allowed.fits(value) ? undefined : `must be ${allowed.takes}`;
}
