import {
  admissionPlugins,
  apiVersions,
  cipherSuites,
  featureGates,
  gateNeeds,
  RECORDED_MINOR,
} from './kube-apiserver.ts';

/** What flags of kube-apiserver must be together, and to the rest of the specification. */
export interface FlagContext {
  /** Kubernetes version, such as 1.36.3. */
  readonly version: string;
  /** Whether there is an audit policy. */
  readonly audited: boolean;
  /** Whether issuers of OpenID Connect are in the structured configuration. */
  readonly structured: boolean;
  readonly args: Readonly<Record<string, string>>;
}

interface FlagIssue {
  readonly flag: string;
  readonly message: string;
}

/** Everything that does not fit together. What is wrong with a flag by itself is not repeated. */
export function flagRuleIssues(context: FlagContext): FlagIssue[] {
  const known = context.version.startsWith(`${RECORDED_MINOR}.`);
  return [
    ...oidc(context),
    ...audit(context),
    ...tls(context),
    ...admission(context, known),
    ...(known ? [...gates(context), ...apis(context)] : []),
    ...(context.args['logging-format'] === 'json' && context.args['vmodule'] !== undefined
      ? [{ flag: 'vmodule', message: 'needs logging-format: text' }]
      : []),
  ];
}

const listed = (value: string | undefined): string[] => (value === undefined || value === '' ? [] : value.split(','));

function oidc({ args, structured }: FlagContext): FlagIssue[] {
  const used = Object.keys(args).filter((name) => name.startsWith('oidc-'));
  if (used.length === 0) return [];
  if (structured)
    return used.map((flag) => ({ flag, message: 'cannot be together with kubernetes.authentication.oidc: use that' }));
  const missing = ['oidc-issuer-url', 'oidc-client-id'].filter((name) => args[name] === undefined);
  const prefix = args['oidc-groups-prefix'] !== undefined && args['oidc-groups-claim'] === undefined;
  return [
    ...missing.map((flag) => ({ flag, message: `is needed with ${used[0] ?? ''}` })),
    ...(prefix ? [{ flag: 'oidc-groups-prefix', message: 'needs oidc-groups-claim' }] : []),
  ];
}

/** Defaults: apiserver, pkg/server/options/audit.go and plugin/pkg/audit/truncate. */
function audit({ args, audited }: FlagContext): FlagIssue[] {
  const names = Object.keys(args).filter((name) => name.startsWith('audit-'));
  const batch = Number(args['audit-log-truncate-max-batch-size'] ?? 10 * 1024 ** 2);
  const event = Number(args['audit-log-truncate-max-event-size'] ?? 100 * 1024);
  const throttled = args['audit-log-mode'] === 'batch' && args['audit-log-batch-throttle-enable'] === 'true';
  const limits = throttled ? ['audit-log-batch-throttle-qps', 'audit-log-batch-throttle-burst'] : [];
  return [
    ...limits
      .filter((flag) => args[flag] === undefined)
      .map((flag) => ({ flag, message: 'is needed with audit-log-batch-throttle-enable' })),
    ...(audited ? [] : names.map((flag) => ({ flag, message: 'needs kubernetes.auditPolicy' }))),
    ...(event > batch
      ? [{ flag: 'audit-log-truncate-max-event-size', message: `${event} is more than a batch has, ${batch}` }]
      : []),
  ];
}

/** HTTP/2 wants one suite of TLS 1.2 (RFC 9113, section 9.2.2); the certificate that kubeadm makes has an ECDSA key. */
const HTTP2_SUITE = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256';

function tls({ args }: FlagContext): FlagIssue[] {
  const suites = listed(args['tls-cipher-suites']).filter((suite) => cipherSuites.includes(suite));
  if (suites.length === 0 || suites.includes(HTTP2_SUITE)) return [];
  return [{ flag: 'tls-cipher-suites', message: `must have ${HTTP2_SUITE}, which HTTP/2 needs` }];
}

function admission({ args }: FlagContext, known: boolean): FlagIssue[] {
  const [enabled, disabled] = [listed(args['enable-admission-plugins']), listed(args['disable-admission-plugins'])];
  const unknown = (flag: string, plugins: readonly string[]) =>
    plugins
      .filter((plugin) => known && !admissionPlugins.includes(plugin))
      .map((plugin) => ({ flag, message: `${plugin} is no admission plugin that works here` }));
  const both = enabled.filter((plugin) => disabled.includes(plugin));
  return [
    ...unknown('enable-admission-plugins', enabled),
    ...unknown('disable-admission-plugins', disabled),
    ...(enabled.length > 0 && !enabled.includes('NodeRestriction')
      ? [{ flag: 'enable-admission-plugins', message: 'must have NodeRestriction, which kubeadm enables by this flag' }]
      : []),
    ...(disabled.includes('NodeRestriction')
      ? [{ flag: 'disable-admission-plugins', message: 'NodeRestriction keeps a node from changing others' }]
      : []),
    ...both.map((plugin) => ({ flag: 'disable-admission-plugins', message: `${plugin} is enabled, too` })),
  ];
}

/** As the API server sets and judges them (component-base: featuregate/feature_gate.go, unsafeSetFromMap). */
function gates({ args }: FlagContext): FlagIssue[] {
  const flag = 'feature-gates';
  const set = new Map(listed(args[flag]).map((text) => [text.split('=')[0] ?? '', text.endsWith('=true')]));
  const { alpha, betaOff, betaOn } = featureGates;
  const all = new Set([...alpha, ...betaOff, ...betaOn]);
  const unknown = [...set.keys()].filter((gate) => !all.has(gate) && gate !== 'AllAlpha' && gate !== 'AllBeta');
  const isOn = (gate: string): boolean =>
    set.get(gate) ??
    (alpha.includes(gate) ? (set.get('AllAlpha') ?? false) : (set.get('AllBeta') ?? betaOn.includes(gate)));
  return [
    ...unknown.map((gate) => ({
      flag,
      message: `${gate} is no feature gate of Kubernetes ${RECORDED_MINOR} that may be set`,
    })),
    ...Object.entries(gateNeeds).flatMap(([gate, needs]) =>
      needs
        .filter((needed) => set.size > 0 && isOn(gate) && !isOn(needed))
        .map((needed) => ({ flag, message: `${gate} is on and needs ${needed}` })),
    ),
  ];
}

function apis({ args }: FlagContext): FlagIssue[] {
  const flag = 'runtime-config';
  const known = [...apiVersions, 'api/alpha', 'api/beta'];
  return listed(args[flag])
    .map((text) => text.split('=')[0] ?? '')
    .filter((key) => !known.includes(key))
    .map((key) => ({ flag, message: `${key} is none of ${known.join(', ')}` }));
}
