import { type Row, spec } from './bad-input.ts';

const addons = (fields: object): unknown => spec({ addons: fields });
const custom = (fields: object): unknown =>
  addons({ custom: [{ name: 'web', chart: 'web', version: '1.0.0', ...fields }] });
const at = (field: string): string => `addons.custom[0].${field}`;

/** Ways in which the addons of a specification can be wrong. */
export const addonRows: readonly Row[] = [
  ['addons as a list', spec({ addons: ['metricsServer'] }), 'addons', /must be an object/],
  ['an addon nobody knows', addons({ metrics: {} }), 'addons.metrics', /unknown field/],
  ['an addon that is true', addons({ metricsServer: true }), 'addons.metricsServer', /must be an object/],
  ['replicas as text', addons({ metricsServer: { replicas: '1' } }), 'addons.metricsServer.replicas', /must be a/],
  ['required as text', addons({ metricsServer: { required: 'no' } }), 'addons.metricsServer.required', /true or false/],
  ['no replica', addons({ certManager: { replicas: 0 } }), 'addons.certManager.replicas', /at least 1/],
  ['required as a number', addons({ certManager: { required: 1 } }), 'addons.certManager.required', /true or false/],
  ['one addon of one’s own', addons({ custom: {} }), 'addons.custom', /must be an array/],
  ['an addon without a name', addons({ custom: [{ chart: 'web', version: '1.0.0' }] }), at('name'), /is required/],
  ['an addon’s name in capitals', custom({ name: 'Web' }), at('name'), /lower-case letters/],
  ['an addon’s name with a line break', custom({ name: 'web\n' }), at('name'), /lower-case letters/],
  ['an addon named like one of the catalogue', custom({ name: 'cert-manager' }), at('name'), /use addons\.certManager/],
  ['a namespace with a slash', custom({ namespace: 'a/b' }), at('namespace'), /name of a namespace/],
  ['a chart that is a path', custom({ chart: '/charts/web' }), at('chart'), /must be oci:/],
  ['a chart that is an option', custom({ chart: '--set' }), at('chart'), /must be oci:/],
  ['a chart with a query', custom({ chart: 'https://example.org/web?x=1' }), at('chart'), /must be oci:/],
  ['a chart’s version that is a range', custom({ version: '>=1.0.0' }), at('version'), /not a range/],
  ['a digest that is too short', custom({ sha256: 'abc' }), at('sha256'), /SHA-256/],
  ['values as a list', custom({ values: [] }), at('values'), /must be an object/],
  ['values that are too large', custom({ values: { a: 'x'.repeat(20_000) } }), at('values'), /at most 16384/],
  [
    'a secret of a cloud',
    custom({ secretValues: { a: 'clouds/sandbox#cloud' } }),
    at('secretValues.a'),
    /addons\/<path>/,
  ],
  ['a secret by a way round', custom({ secretValues: { a: 'addons/../b#c' } }), at('secretValues.a'), /must not hold/],
  ['a secret without a field', custom({ secretValues: { a: 'addons/web' } }), at('secretValues.a'), /addons\/<path>/],
  ['an addon after one that is none', custom({ after: ['other'] }), at('after'), /no addon other/],
  ['an addon after itself', custom({ after: ['web'] }), at('after'), /wait for each other/],
  ['an addon of one’s own that is required as text', custom({ required: 'yes' }), at('required'), /true or false/],
];
