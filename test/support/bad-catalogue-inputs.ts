import { addonKeys, isCniKey } from '../../addons/index.ts';
import { operationSchema } from '../../client/json-schemas.ts';
import { specFields } from '../../cli/reference/spec-table.ts';
import { samples } from '../addons/samples.ts';
import { type Row, spec } from './bad-input.ts';

/** Reasons that say what a value must be. */
const MUST = /must/;
const REFERENCE = 'addons/atlas/secret#field';

const addons = (fields: unknown): unknown => spec({ addons: fields });
const monitoring = (fields: object): unknown => addons({ kubePrometheusStack: fields });
const metrics = (fields: object): unknown =>
  monitoring({ remoteWrite: { url: 'https://metrics.example.org', ...fields } });
const mail = { to: 'a@example.org', from: 'b@example.org', smarthost: 'smtp.example.org:587' };

/** What a value of no field is: of a type that fits none of that of the field. */
const wrongValue = (type: string): unknown => (/^(object|map|list)/.test(type) ? 7 : { wrong: true });

/** A copy with another value at a path such as `shares[].server`, whose first entry counts in lists. */
function withValue(value: unknown, [name, ...rest]: readonly string[], wrong: unknown): unknown {
  if (name === undefined) return wrong;
  const field = name.replace('[]', '');
  const fields = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const inner = fields[field];
  const list: readonly unknown[] = Array.isArray(inner) ? inner : [];
  return {
    ...fields,
    [field]: name.endsWith('[]') ? [withValue(list[0], rest, wrong)] : withValue(inner, rest, wrong),
  };
}

const fieldsOfSpec = specFields(operationSchema('createCluster'));

/** Every field of every addon with a value of another type. */
const wrongTypes: readonly Row[] = addonKeys().flatMap((key) => {
  const field = isCniKey(key) ? 'cni' : key;
  const prefix = `addons.${field}`;
  // The one that sets the most.
  const [whole = {}] = [...samples[key]].sort((a, b) => JSON.stringify(b).length - JSON.stringify(a).length);
  const fitting = { [field]: isCniKey(key) ? { kind: key, ...whole } : whole };
  const own = fieldsOfSpec.filter(
    ({ path, meaning }) =>
      path === prefix ||
      (path.startsWith(`${prefix}.`) && (!isCniKey(key) || path.endsWith('.kind') || meaning.startsWith(`\`${key}\``))),
  );
  return own.map(({ path, type }): Row => [
    `${path} of ${key} of another type`,
    addons(withValue(fitting, path.split('.').slice(1), wrongValue(type))),
    path.replaceAll('[]', '[0]'),
    MUST,
  ]);
});

export const catalogueRows: readonly Row[] = [
  ...wrongTypes,
  [
    'a pod network that there is not',
    addons({ cni: { kind: 'weave' } }),
    'addons.cni.kind',
    /must be one of: none, calico/,
  ],
  ['a pod network without a kind', addons({ cni: { mtu: 1450 } }), 'addons.cni.kind', /must be one of: none, calico/],
  ['a pod network beside another', addons({ calico: {} }), 'addons.calico', /unknown field/],
  [
    'options of another pod network',
    addons({ cni: { kind: 'flannel', encapsulation: 'VXLAN' } }),
    'addons.cni.encapsulation',
    /unknown field/,
  ],
  ['a small MTU', addons({ cni: { kind: 'calico', mtu: 576 } }), 'addons.cni.mtu', /at least 1280/],
  ['EOS without a keytab', addons({ eos: {} }), 'addons.eos.keytab', /is required/],
  ['a secret in the place of its path', addons({ eos: { keytab: '0 u:x g:y' } }), 'addons.eos.keytab', /Vault/],
  [
    'a secret outside addons/',
    addons({ eos: { keytab: 'addons/../clouds/a#b' } }),
    'addons.eos.keytab',
    /must be addons|must not hold/,
  ],
  ['a proxy with quotes', addons({ cvmfs: { proxy: 'DIRECT";rm' } }), 'addons.cvmfs.proxy', /must hold no/],
  ['a proxy with a template', addons({ cvmfs: { proxy: '{{.Values}}' } }), 'addons.cvmfs.proxy', /must hold no/],
  [
    'a gateway with a line break',
    addons({ fluentBit: { host: 'a\n[OUTPUT]' } }),
    'addons.fluentBit.host',
    /must hold no white space/,
  ],
  [
    'a user without a password',
    metrics({ user: 'atlas' }),
    'addons.kubePrometheusStack.remoteWrite.password',
    /together/,
  ],
  [
    'a user and a token',
    metrics({ user: 'atlas', password: REFERENCE, token: REFERENCE }),
    'addons.kubePrometheusStack.remoteWrite.token',
    /exclude each other/,
  ],
  [
    'a mail password without a user',
    monitoring({ alerts: { mail: { ...mail, password: REFERENCE } } }),
    'addons.kubePrometheusStack.alerts.mail.password',
    /together/,
  ],
  [
    'a mail server without a port',
    monitoring({ alerts: { mail: { ...mail, smarthost: 'smtp' } } }),
    'addons.kubePrometheusStack.alerts.mail.smarthost',
    /host/,
  ],
  ['a file in the place of an address', addons({ falco: { url: 'file:///etc' } }), 'addons.falco.url', /URL/],
  [
    'a relative share',
    addons({ nfs: { shares: [{ storageClass: 'a', server: 'b', share: 'c' }] } }),
    'addons.nfs.shares[0].share',
    /absolute path/,
  ],
  [
    'an addon of one’s own with the name of definitions',
    addons({ custom: [{ name: 'calico-crds', chart: 'a', version: '1.0.0' }] }),
    'addons.custom[0].name',
    /use addons\.cni/,
  ],
];
