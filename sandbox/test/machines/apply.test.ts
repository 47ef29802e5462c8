import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawApi } from './support/api-client.ts';
import { Rig } from './support/rig.ts';

let rig: Rig;
let config: KubeConfig;
let raw: RawApi;

beforeAll(async () => {
  rig = await Rig.start();
  config = await rig.startCluster();
  raw = new RawApi(config);
});
afterAll(async () => {
  await raw.close();
  await rig.close();
});

const deployments = '/apis/apps/v1/namespaces/default/deployments';
const deployment = (name: string, container: object = {}, spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'web', image: 'web:1', ...container }] },
    },
    ...spec,
  },
});
const apply = (path: string, manager: string, body: unknown, query = '') =>
  raw.call('PATCH', `${path}?fieldManager=${manager}${query}`, { type: 'application/apply-patch+yaml', body });
const patch = (path: string, body: unknown) =>
  raw.call('PATCH', path, { type: 'application/strategic-merge-patch+json', body });
const container = (answer: { readonly json: Record<string, unknown> }) => {
  const { template } = answer.json['spec'] as { template: { spec: { containers: Record<string, unknown>[] } } };
  return template.spec.containers[0];
};
const managers = (answer: { readonly json: Record<string, unknown> }) => {
  const { managedFields = [] } = answer.json['metadata'] as {
    managedFields?: { manager: string; operation: string }[];
  };
  return managedFields.map(({ manager, operation }) => `${manager} ${operation}`).sort();
};
const version = (answer: { readonly json: Record<string, unknown> }) =>
  (answer.json['metadata'] as { resourceVersion: string }).resourceVersion;

describe('server-side apply', () => {
  it('makes an object and says which fields its manager has', async () => {
    const made = await apply(`${deployments}/made`, 'helm', deployment('made', {}, { replicas: 2 }));
    expect(made.status).toBe(201);
    expect(made.json['metadata']).toMatchObject({
      managedFields: [
        {
          manager: 'helm',
          operation: 'Apply',
          apiVersion: 'apps/v1',
          fieldsType: 'FieldsV1',
          fieldsV1: {
            'f:spec': {
              'f:replicas': {},
              'f:selector': {},
              'f:template': {
                'f:spec': { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
              },
            },
          },
        },
      ],
    });
  });

  it('changes nothing when it says nothing new', async () => {
    const first = await apply(`${deployments}/same`, 'helm', deployment('same'));
    const again = await apply(`${deployments}/same`, 'helm', deployment('same'));
    expect(again.status).toBe(200);
    // The controllers write the status meanwhile, and the version with it.
    expect(again.json['metadata']).toMatchObject({ generation: 1 });
    expect(managers(again)).toEqual(managers(first));
    const data = '/api/v1/namespaces/default/configmaps/same';
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'same' }, data: { a: '1' } };
    const once = await apply(data, 'helm', body);
    expect(version(await apply(data, 'helm', body))).toBe(version(once));
  });

  it('refuses to change what another manager has, and names it', async () => {
    const path = `${deployments}/contested`;
    await apply(path, 'helm', deployment('contested', {}, { replicas: 2 }));
    await patch(`${path}?fieldManager=kubectl-edit`, { spec: { replicas: 4 } });
    const refused = await apply(path, 'helm', deployment('contested', {}, { replicas: 3 }));
    expect(refused).toMatchObject({
      status: 409,
      json: {
        reason: 'Conflict',
        message: expect.stringMatching(
          /^Apply failed with 1 conflict: conflict with "kubectl-edit" using apps\/v1 at \S+: \.spec\.replicas$/u,
        ) as string,
        details: { causes: [{ reason: 'FieldManagerConflict', field: '.spec.replicas' }] },
      },
    });
    const forced = await apply(path, 'helm', deployment('contested', {}, { replicas: 3 }), '&force=true');
    expect(forced).toMatchObject({ status: 200, json: { spec: { replicas: 3 } } });
    expect(managers(forced)).toEqual(['helm Apply']);
  });

  it('lists several conflicts by their managers and paths', async () => {
    const path = `${deployments}/several`;
    await apply(path, 'one', deployment('several', { image: 'web:1' }, { replicas: 1 }));
    const refused = await apply(path, 'two', deployment('several', { image: 'web:2' }, { replicas: 2 }));
    expect(refused.json['message']).toBe(
      'Apply failed with 2 conflicts: conflicts with "one":\n- .spec.replicas\n- .spec.template.spec.containers[name="web"].image',
    );
  });

  it('shares a field that two managers say the same of, until one says otherwise', async () => {
    const path = `${deployments}/shared`;
    await apply(path, 'one', deployment('shared', {}, { replicas: 2 }));
    const both = await apply(path, 'two', deployment('shared', {}, { replicas: 2 }));
    expect(managers(both)).toEqual(['one Apply', 'two Apply']);
    // One gives it up: it stays, since two has it.
    const less = await apply(path, 'one', deployment('shared'));
    expect(less.json['spec']).toMatchObject({ replicas: 2 });
    expect(await apply(path, 'two', deployment('shared', {}, { replicas: 5 }))).toMatchObject({ status: 200 });
  });

  it('takes away what its manager says no longer: elements by their keys, fields to their defaults', async () => {
    const path = `${deployments}/shrinking`;
    const env = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ];
    await apply(path, 'helm', deployment('shrinking', { env, workingDir: '/srv' }, { replicas: 3 }));
    await patch(`${path}?fieldManager=other`, {
      spec: { template: { spec: { containers: [{ name: 'web', env: [{ name: 'C', value: '3' }] }] } } },
    });
    const less = await apply(path, 'helm', deployment('shrinking', { env: env.slice(0, 1) }));
    expect(container(less)?.['env']).toEqual([
      { name: 'A', value: '1' },
      { name: 'C', value: '3' },
    ]);
    expect(container(less)).not.toHaveProperty('workingDir');
    expect(less.json['spec']).toMatchObject({ replicas: 1 });
  });

  it('tells ports apart by port and protocol, whose default is TCP', async () => {
    const path = `${deployments}/ports`;
    const ports = [{ containerPort: 53 }, { containerPort: 53, protocol: 'UDP' }];
    await apply(path, 'helm', deployment('ports', { ports }));
    const named = await apply(
      path,
      'other',
      deployment('ports', { ports: [{ containerPort: 53, protocol: 'UDP', name: 'dns' }] }),
    );
    expect(container(named)?.['ports']).toEqual([
      { containerPort: 53 },
      { containerPort: 53, protocol: 'UDP', name: 'dns' },
    ]);
  });

  it('stores nothing in a dry run', async () => {
    const path = `${deployments}/dry`;
    const made = await apply(path, 'helm', deployment('dry'), '&dryRun=All');
    expect(made).toMatchObject({ status: 201, json: { spec: { replicas: 1 } } });
    expect(await raw.call('GET', path)).toMatchObject({ status: 404 });
  });

  it('needs a manager, and no managedFields', async () => {
    const path = `${deployments}/nobody`;
    const body = deployment('nobody');
    expect(await raw.call('PATCH', path, { type: 'application/apply-patch+yaml', body })).toMatchObject({
      status: 422,
      json: { message: expect.stringContaining('fieldManager: Required value: is required for apply patch') as string },
    });
    const metadata = { name: 'nobody', managedFields: [] };
    expect(await apply(path, 'helm', { ...body, metadata })).toMatchObject({ status: 400 });
    expect(await patch(`${deployments}/made?force=true`, {})).toMatchObject({ status: 422 });
  });

  it('goes on from what a client moved into its name', async () => {
    const path = `${deployments}/moved`;
    await raw.call('POST', `${deployments}?fieldManager=before`, { body: deployment('moved', {}, { replicas: 2 }) });
    const [entry] = ((await raw.call('GET', path)).json['metadata'] as { managedFields: object[] }).managedFields;
    const moved = [{ ...entry, manager: 'helm', operation: 'Apply' }];
    const operations = [{ op: 'replace', path: '/metadata/managedFields', value: moved }];
    await raw.call('PATCH', path, { type: 'application/json-patch+json', body: operations });
    const next = await apply(path, 'helm', deployment('moved', {}, { replicas: 3 }));
    expect(next).toMatchObject({ status: 200, json: { spec: { replicas: 3 } } });
  });
});

describe('writes of other kinds', () => {
  it('make their manager the owner of what they change, and of nothing else', async () => {
    const path = `${deployments}/written`;
    const made = await raw.call('POST', `${deployments}?fieldManager=maker`, { body: deployment('written') });
    expect(managers(made)).toEqual(['maker Update']);
    const changed = await patch(`${path}?fieldManager=changer`, { metadata: { labels: { a: 'b' } } });
    const fields = (changed.json['metadata'] as { managedFields: { manager: string; fieldsV1: unknown }[] })
      .managedFields;
    expect(fields.find(({ manager }) => manager === 'changer')?.fieldsV1).toEqual({
      'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
    });
  });

  it('count generations by what changed in the specification, whatever the order of its fields', async () => {
    const made = await raw.call('POST', deployments, { body: deployment('counted') });
    const { spec, ...rest } = made.json as { spec: Record<string, unknown>; metadata: object };
    const reversed = Object.fromEntries(Object.entries(spec).reverse());
    const generation = (answer: { readonly json: Record<string, unknown> }) =>
      (answer.json['metadata'] as { generation: number }).generation;
    const path = `${deployments}/counted`;
    const metadata = { ...rest.metadata, resourceVersion: undefined };
    expect(generation(await raw.call('PUT', path, { body: { ...rest, metadata, spec: reversed } }))).toBe(1);
    expect(generation(await patch(path, { metadata: { labels: { x: 'y' } } }))).toBe(1);
    expect(generation(await patch(path, { spec: { replicas: 2 } }))).toBe(2);
  });
});

describe('an object that breaks the rules', () => {
  const strict = `${deployments}?fieldValidation=Strict`;

  it('is refused for unknown fields, or loses them', async () => {
    const body = deployment('typo', { imagee: 'web:1' });
    expect(await raw.call('POST', strict, { body })).toMatchObject({
      status: 400,
      json: {
        message: expect.stringContaining(
          'strict decoding error: unknown field "spec.template.spec.containers[0].imagee"',
        ) as string,
      },
    });
    const made = await raw.call('POST', `${deployments}?fieldValidation=Ignore`, { body });
    expect(container(made)).toEqual({ name: 'web', image: 'web:1' });
  });

  it.each([
    [
      'a value of another type',
      { replicas: 'two' },
      400,
      /cannot unmarshal string into Go struct field Deployment.spec.replicas of type int32/u,
    ],
    ['no selector', { selector: undefined }, 422, /spec.selector: Required value/u],
    [
      'a selector of other labels',
      { selector: { matchLabels: { app: 'x' } } },
      422,
      /`selector` does not match template `labels`/u,
    ],
    [
      'no containers',
      { template: { metadata: { labels: { app: 'bad' } }, spec: {} } },
      422,
      /containers: Required value/u,
    ],
  ])('is refused for %s', async (_case, spec, status, message) => {
    const answer = await raw.call('POST', deployments, { body: deployment('bad', {}, spec) });
    expect(answer.status).toBe(status);
    expect(answer.json['message']).toMatch(message);
  });

  it('may not change what is immutable', async () => {
    await raw.call('POST', deployments, { body: deployment('fixed') });
    const selector = { matchLabels: { app: 'fixed', more: 'x' } };
    const template = { metadata: { labels: { app: 'fixed', more: 'x' } } };
    const answer = await patch(`${deployments}/fixed`, { spec: { selector, template } });
    expect(answer).toMatchObject({ status: 422, json: { reason: 'Invalid' } });
    expect(answer.json['message']).toMatch(/spec.selector: Invalid value: .*: field is immutable/u);
  });

  it('keeps the address and the node ports of a Service that does not name them again', async () => {
    const services = '/api/v1/namespaces/default/services';
    const body = { metadata: { name: 'public' }, spec: { type: 'LoadBalancer', ports: [{ port: 443 }] } };
    const made = await raw.call('POST', services, { body });
    const spec = made.json['spec'] as { clusterIP: string; ports: { nodePort: number }[] };
    expect(spec.ports[0]?.nodePort).toBeGreaterThanOrEqual(30_000);
    const replaced = await raw.call('PUT', `${services}/public`, { body });
    expect(replaced.json['spec']).toEqual(made.json['spec']);
    expect(made.json['status']).toEqual({ loadBalancer: {} });
  });
});
