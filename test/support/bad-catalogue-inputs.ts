import { addonKeys, isCniKey } from '../../addons/index.ts';
import { operationSchema } from '../../client/json-schemas.ts';
import { specFields } from '../../cli/reference/spec-table.ts';
import { samples } from '../addons/samples.ts';
import { type Row, spec } from './bad-input.ts';

/** Reasons that say what a value must be. */
const MUST = /must/;

const addons = (fields: object): unknown => spec({ addons: fields });

/** What a value of no field is: of a type that fits none of that of the field. */
const wrongValue = (type: string): unknown => (/^(object|map|list)/.test(type) ? 7 : { wrong: true });

/** A copy with another value at a path such as `shares[].server`, whose first entry counts in lists. */
function withValue(value: unknown, [name, ...rest]: readonly string[], wrong: unknown): unknown {
  if (name === undefined) return wrong;
  const field = name.replace('[]', '');
  const fields: Readonly<Record<string, unknown>> = Object(value);
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
    addons(Object(withValue(fitting, path.split('.').slice(1), wrongValue(type)))),
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
  [
    'an addon of one’s own with the name of definitions',
    addons({ custom: [{ name: 'calico-crds', chart: 'a', version: '1.0.0' }] }),
    'addons.custom[0].name',
    /use addons\.cni/,
  ],
];
