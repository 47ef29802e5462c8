import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawApi, type ApiAnswer } from './support/api-client.ts';
import { eventually, Rig } from './support/rig.ts';

let rig: Rig;
let config: KubeConfig;
let raw: RawApi;

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const spec = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 9 },
    color: { type: 'string', enum: ['red', 'green'], default: 'red' },
    name: { type: 'string', pattern: '^[a-z]+$' },
    port: { 'x-kubernetes-int-or-string': true },
    parts: {
      type: 'array',
      items: { type: 'object', properties: { id: { type: 'string' }, weight: { type: 'integer' } } },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['id'],
    },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};
const schema = {
  openAPIV3Schema: {
    type: 'object',
    required: ['spec'],
    properties: { spec, status: { type: 'object', properties: { ready: { type: 'boolean' } } } },
  },
};
const served = (name: string, storage: boolean) => ({
  name,
  served: true,
  storage,
  subresources: { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
  additionalPrinterColumns: [
    { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
    { name: 'Ready', type: 'string', jsonPath: '.status.ready' },
  ],
  schema,
});
const definition = (plural: string, kind: string, versions: unknown[] = [served('v1', true)]) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.example.org` },
  spec: { group: 'example.org', scope: 'Namespaced', names: { plural, kind, shortNames: ['wg'] }, versions },
});
const widgets = '/apis/example.org/v1/namespaces/default/widgets';
const widget = (name: string, fields: object) => ({ metadata: { name }, spec: fields });
const message = (answer: ApiAnswer) => String(answer.json['message']);

async function define(body: ReturnType<typeof definition>): Promise<ApiAnswer> {
  await raw.call('POST', definitions, { body });
  return eventually('Established', async () => {
    const answer = await raw.call('GET', `${definitions}/${body.metadata.name}`);
    return JSON.stringify(answer.json['status'] ?? '').includes('"type":"Established","status":"True"')
      ? answer
      : undefined;
  });
}

beforeAll(async () => {
  rig = await Rig.start();
  config = await rig.startCluster();
  raw = new RawApi(config);
  await define(definition('widgets', 'Widget', [served('v1', true), served('v1beta1', false)]));
});
afterAll(async () => {
  await raw.close();
  await rig.close();
});

describe('a definition', () => {
  it('says which names it has, and is in discovery and in OpenAPI', async () => {
    const answer = await raw.call('GET', `${definitions}/widgets.example.org`);
    expect(answer.json['status']).toMatchObject({
      acceptedNames: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      storedVersions: ['v1'],
    });
    const group = await raw.call('GET', '/apis/example.org');
    expect(group.json).toMatchObject({
      preferredVersion: { version: 'v1' },
      versions: [{ version: 'v1' }, { version: 'v1beta1' }],
    });
    const list = await raw.call('GET', '/apis/example.org/v1');
    const names = (list.json['resources'] as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(['widgets', 'widgets/status', 'widgets/scale']);
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const aggregated = JSON.stringify((await raw.call('GET', '/apis', { accept })).json);
    expect(aggregated).toContain('"singularResource":"widget"');
    const root = (await raw.call('GET', '/openapi/v3')).json['paths'] as Record<string, { serverRelativeURL: string }>;
    const document = await raw.call('GET', root['apis/example.org/v1']?.serverRelativeURL ?? '');
    expect(JSON.stringify(document.json)).toContain('"fieldValidation"');
    expect(await raw.call('GET', '/openapi/v2')).toMatchObject({ status: 200, json: { swagger: '2.0' } });
  });

  it.each([
    [
      'another name',
      { metadata: { name: 'wrong.example.org' } },
      /metadata.name: Invalid value: "wrong.example.org": must be spec.names/u,
    ],
    [
      'two stored versions',
      { spec: { versions: [served('v1', true), served('v2', true)] } },
      /exactly one version marked as storage/u,
    ],
    [
      'no schema',
      { spec: { versions: [{ name: 'v1', served: true, storage: true }] } },
      /openAPIV3Schema: Required value: schemas are required/u,
    ],
  ])('is refused with %s', async (_case, changes: { metadata?: object; spec?: object }, words) => {
    const body = definition('refusals', 'Refusal');
    const answer = await raw.call('POST', definitions, {
      body: { ...body, ...changes, spec: { ...body.spec, ...changes.spec } },
    });
    expect(answer.status).toBe(422);
    expect(message(answer)).toMatch(words);
  });

  it('takes its objects along, and waits for what finalizers hold', async () => {
    await define(definition('leavings', 'Leaving'));
    const path = '/apis/example.org/v1/namespaces/default/leavings';
    const held = { metadata: { name: 'held', finalizers: ['example.org/hold'] }, spec: { size: 1 } };
    await raw.call('POST', path, { body: held });
    await raw.call('POST', path, { body: widget('free', { size: 1 }) });
    await raw.call('DELETE', `${definitions}/leavings.example.org`);
    await eventually('the free one is gone', async () =>
      (await raw.call('GET', `${path}/free`)).status === 404 ? true : undefined,
    );
    expect(await raw.call('GET', `${path}/held`)).toMatchObject({ status: 200 });
    await raw.call('PATCH', `${path}/held`, {
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: null } },
    });
    await eventually('the resource is gone', async () =>
      (await raw.call('GET', path)).status === 404 ? true : undefined,
    );
    expect(await raw.call('GET', `${definitions}/leavings.example.org`)).toMatchObject({ status: 404 });
  });
});

describe('a custom resource', () => {
  it('gets the defaults of its schema and loses what that does not have', async () => {
    const body = widget('made', { size: 2, other: 1, free: { any: 'thing' } });
    const made = await raw.call('POST', widgets, { body: { ...body, status: { ready: true } } });
    expect(made).toMatchObject({ status: 201, json: { apiVersion: 'example.org/v1', metadata: { generation: 1 } } });
    expect(made.json['spec']).toEqual({ size: 2, color: 'red', free: { any: 'thing' } });
    expect(made.json).not.toHaveProperty('status');
    const strict = await raw.call('POST', `${widgets}?fieldValidation=Strict`, { body });
    expect(strict.status).toBe(400);
    expect(message(strict)).toContain('strict decoding error: unknown field "spec.other"');
  });

  it.each([
    [{}, 'spec.size: Required value'],
    [{ size: 0 }, 'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1'],
    [{ size: 'two' }, 'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
    [{ size: 1, color: 'blue' }, 'spec.color: Unsupported value: "blue": supported values: "red", "green"'],
    [{ size: 1, name: 'A' }, `spec.name: Invalid value: "A": spec.name in body should match '^[a-z]+$'`],
    [{ size: 1, port: true }, 'spec.port'],
  ])('is refused: %j', async (fields, words) => {
    const answer = await raw.call('POST', widgets, { body: widget('refused', fields) });
    expect(answer).toMatchObject({ status: 422, json: { reason: 'Invalid' } });
    expect(message(answer)).toContain(`Widget.example.org "refused" is invalid: ${words}`);
  });

  it('has its status and its scale at doors of their own', async () => {
    await raw.call('POST', widgets, { body: widget('doors', { size: 3 }) });
    const merge = 'application/merge-patch+json';
    const path = `${widgets}/doors`;
    const plain = await raw.call('PATCH', path, { type: merge, body: { status: { ready: true } } });
    expect(plain.json).not.toHaveProperty('status');
    const status = await raw.call('PATCH', `${path}/status`, {
      type: merge,
      body: { status: { ready: true }, spec: { size: 9 } },
    });
    expect(status.json).toMatchObject({ status: { ready: true }, spec: { size: 3 }, metadata: { generation: 1 } });
    const scaled = await raw.call('PATCH', `${path}/scale`, { type: merge, body: { spec: { replicas: 4 } } });
    expect(scaled.json).toMatchObject({ kind: 'Scale', spec: { replicas: 4 } });
    expect((await raw.call('GET', path)).json).toMatchObject({ spec: { size: 4 }, metadata: { generation: 2 } });
    expect(await raw.call('PATCH', path, { type: 'application/strategic-merge-patch+json', body: {} })).toMatchObject({
      status: 415,
    });
  });

  it('is the same object in every version that is served', async () => {
    await raw.call('POST', widgets, { body: widget('versions', { size: 1 }) });
    const old = '/apis/example.org/v1beta1/namespaces/default/widgets';
    expect((await raw.call('GET', `${old}/versions`)).json).toMatchObject({
      apiVersion: 'example.org/v1beta1',
      spec: { size: 1 },
    });
    const list = await raw.call('GET', old);
    expect(
      (list.json['items'] as { apiVersion: string }[]).every(({ apiVersion }) => apiVersion === 'example.org/v1beta1'),
    ).toBe(true);
  });

  it('is applied by the keys that its schema gives its lists', async () => {
    const apply = (manager: string, parts: object[]) =>
      raw.call('PATCH', `${widgets}/applied?fieldManager=${manager}`, {
        type: 'application/apply-patch+yaml',
        body: { apiVersion: 'example.org/v1', kind: 'Widget', metadata: { name: 'applied' }, spec: { size: 1, parts } },
      });
    await apply('one', [{ id: 'a', weight: 1 }]);
    const both = await apply('two', [{ id: 'b', weight: 2 }]);
    expect(both.json['spec']).toMatchObject({
      parts: [
        { id: 'a', weight: 1 },
        { id: 'b', weight: 2 },
      ],
    });
    const refused = await apply('two', [{ id: 'a', weight: 3 }]);
    expect(message(refused)).toContain('.spec.parts[id="a"].weight');
  });

  it('comes as the table that its definition asks for', async () => {
    await raw.call('POST', widgets, { body: widget('table', { size: 7 }) });
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const table = await raw.call('GET', `${widgets}/table`, { accept });
    expect(table.json).toMatchObject({
      columnDefinitions: [{ name: 'Name' }, { name: 'Size', type: 'integer' }, { name: 'Ready' }],
      rows: [{ cells: ['table', 7, null] }],
    });
  });
});
