import type { ClusterSpec } from '../../../model/index.ts';
import { POLICIES } from './audit-policies.ts';
import {
  label,
  dnsName,
  ODD,
  CIDRS,
  DOMAINS,
  SANS,
  REPOSITORIES,
  VERSIONS,
  KEYS,
  VALUES,
  EFFECTS,
} from './odd-values.ts';

/** A change of one field of a specification, to a value at its bound, beyond it, or odd. */
export interface Change {
  /** The field, and the value for a person who reads a disagreement. */
  readonly field: string;
  readonly value: unknown;
  apply(spec: ClusterSpec): ClusterSpec;
}

type Kubernetes = ClusterSpec['kubernetes'];
type Group = ClusterSpec['nodeGroups'][number];

const kubernetes = (field: string, value: unknown, fields: Partial<Kubernetes>): Change => ({
  field: `kubernetes.${field}`,
  value,
  apply: (spec) => ({ ...spec, kubernetes: { ...spec.kubernetes, ...fields } }),
});
const everyGroup = (field: string, value: unknown, fields: Partial<Group>): Change => ({
  field: `nodeGroups[].${field}`,
  value,
  apply: (spec) => ({ ...spec, nodeGroups: spec.nodeGroups.map((group) => ({ ...group, ...fields })) }),
});
const groups = (value: unknown, nodeGroups: (base: Group) => Group[]): Change => ({
  field: 'nodeGroups',
  value,
  apply: (spec) => {
    const [base] = spec.nodeGroups;
    return base === undefined ? spec : { ...spec, nodeGroups: nodeGroups(base) };
  },
});
const labels = (entries: [string, string][]) => everyGroup('labels', entries, { labels: Object.fromEntries(entries) });
const taints = (list: Group['taints']) => everyGroup('taints', list, { taints: list });

/** The API server's names and flags, in the place of those that a specification has. */
export const apiServer = (field: 'extraSans' | 'extraArgs', value: string[] | Record<string, string>): Change => ({
  field: `kubernetes.apiServer.${field}`,
  value,
  apply: (spec) => ({
    ...spec,
    kubernetes: { ...spec.kubernetes, apiServer: { ...spec.kubernetes.apiServer, [field]: value } },
  }),
});

/**
 * Every field that reaches another program, with values at its bounds, beyond them, and odd ones. `name` and `cloud`
 * are always there.
 */
export function fieldChanges(): Change[] {
  return [
    ...['a', label(27), label(28), label(29), 'a-b', 'a--b', 'a-1', ...ODD].map((name): Change => ({
      field: 'name',
      value: name,
      apply: (spec) => ({ ...spec, name }),
    })),
    ...['a', label(15), label(16), label(17), 'a--b', 'cp', 'control-plane', 'b-b0-1', ...ODD].map((name) =>
      everyGroup('name', name, { name }),
    ),
    ...VERSIONS.map((version) => kubernetes('version', version, { version })),
    ...CIDRS.flatMap((range) => [
      kubernetes('podCidr', range, { podCidr: range }),
      kubernetes('serviceCidr', range, { serviceCidr: range }),
    ]),
    ...DOMAINS.map((dnsDomain) => kubernetes('dnsDomain', dnsDomain, { dnsDomain })),
    ...REPOSITORIES.map((imageRepository) => kubernetes('imageRepository', imageRepository, { imageRepository })),
    ...SANS.map((name) => apiServer('extraSans', [name])),
    apiServer(
      'extraSans',
      Array.from({ length: 50 }, (_, index) => `a${index}.${dnsName(240)}`),
    ),
    apiServer('extraSans', ['a', 'a', '10.6.0.10', '192.0.2.7']),
    ...(['none', 'external'] as const).map((cloudProvider) =>
      kubernetes('cloudProvider', cloudProvider, { cloudProvider }),
    ),
    ...[true, false].map((encryptionAtRest) => kubernetes('encryptionAtRest', encryptionAtRest, { encryptionAtRest })),
    ...POLICIES.map((auditPolicy) => kubernetes('auditPolicy', auditPolicy, { auditPolicy })),
    ...KEYS.map((key) => labels([[key, 'v']])),
    ...VALUES.map((value) => labels([['k', value]])),
    ...[20, 50, 64, 65, 300].map((count) => labels(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']))),
    ...[20, 60].map((count) =>
      labels(Array.from({ length: count }, (_, index) => [`${dnsName(253)}/${label(60)}${index}`, label(63)])),
    ),
    ...KEYS.map((key) => taints([{ key, value: 'v', effect: 'NoSchedule' }])),
    ...VALUES.map((value) => taints([{ key: 'k', value, effect: 'NoExecute' }])),
    ...EFFECTS.map((effect) => taints([{ key: 'k', value: '', effect }])),
    taints(EFFECTS.map((effect) => ({ key: 'k', value: 'v', effect }))),
    taints([
      { key: 'k', value: 'v', effect: 'NoSchedule' },
      { key: 'k', value: 'v', effect: 'NoSchedule' },
    ]),
    taints([
      { key: 'k', value: 'v', effect: 'NoSchedule' },
      { key: 'k', value: 'w', effect: 'NoSchedule' },
    ]),
    taints([
      { key: 'k', value: '', effect: 'NoSchedule' },
      { key: 'l', value: '', effect: 'NoSchedule' },
    ]),
    ...[20, 21].map((count) =>
      taints(
        Array.from({ length: count }, (_, index) => ({
          key: `${dnsName(253)}/${label(60)}${index}`,
          value: label(63),
          effect: 'NoSchedule',
        })),
      ),
    ),
    ...[0, 1, 9, 200, 231, 250, 251, 252, 253, 1000, 5000].map((count) => everyGroup('count', count, { count })),
    groups('none', () => []),
    ...[2, 19, 20, 21].map((count) =>
      groups(count, (base) => Array.from({ length: count }, (_, index) => ({ ...base, name: `g${index}`, count: 1 }))),
    ),
    groups('twice the same', (base) => [base, base]),
  ];
}
