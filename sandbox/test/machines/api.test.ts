import { AppsV1Api, CoreV1Api, PatchStrategy, setHeaderOptions, Watch, type KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawApi } from './support/api-client.ts';
import { eventually, Rig } from './support/rig.ts';

let rig: Rig;
let config: KubeConfig;
let core: CoreV1Api;
let raw: RawApi;

beforeAll(async () => {
  rig = await Rig.start();
  config = await rig.startCluster();
  core = config.makeApiClient(CoreV1Api);
  raw = new RawApi(config);
  await eventually('the token is there', () =>
    core.createNamespacedSecret({ namespace: 'kube-system', body: rig.tokenSecret() }),
  );
  rig.addWorker('w-1', '10.0.2.1');
  await rig.consoleOf('w-1', /SLIPWAY-BOOT-OK/u);
});
afterAll(async () => {
  await raw.close();
  await rig.close();
});

const configMaps = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, fields: object = {}) => ({ metadata: { name }, data: { a: '1' }, ...fields });
const status = (answer: { readonly json: Record<string, unknown> }) => ({
  reason: answer.json['reason'],
  message: answer.json['message'],
});

describe('objects', () => {
  it('are refused as the API server does', async () => {
    expect(await raw.call('POST', configMaps, { body: configMap('twice') })).toMatchObject({ status: 201 });
    const again = await raw.call('POST', configMaps, { body: configMap('twice') });
    expect(again).toMatchObject({ status: 409 });
    expect(status(again)).toEqual({ reason: 'AlreadyExists', message: 'configmaps "twice" already exists' });
    const missing = await raw.call('GET', `${configMaps}/none`);
    expect(missing).toMatchObject({
      status: 404,
      json: { kind: 'Status', code: 404, reason: 'NotFound', message: 'configmaps "none" not found' },
    });
    expect(await raw.call('POST', configMaps, { body: configMap('Not_A_Name') })).toMatchObject({
      status: 422,
      json: { reason: 'Invalid' },
    });
    expect(await raw.call('POST', '/api/v1/namespaces/none/configmaps', { body: configMap('x') })).toMatchObject({
      status: 404,
    });
    expect(await raw.call('POST', configMaps, { body: { kind: 'Secret', apiVersion: 'v1' } })).toMatchObject({
      status: 400,
    });
    expect(await raw.call('POST', configMaps, { body: 'not json' })).toMatchObject({ status: 400 });
    for (const path of [
      '/apis/none.example.org/v1/things',
      '/api/v1/things',
      '/nothing',
      `${configMaps}/twice/status`,
    ]) {
      expect(await raw.call('GET', path)).toMatchObject({ status: 404, json: { reason: 'NotFound' } });
    }
  });

  it('are updated only from their last version', async () => {
    const created = await raw.call('POST', configMaps, { body: configMap('versioned') });
    const path = `${configMaps}/versioned`;
    const version = (answer: typeof created) =>
      Number((answer.json['metadata'] as { resourceVersion: string }).resourceVersion);
    const updated = await raw.call('PUT', path, { body: { ...created.json, data: { a: '2' } } });
    expect(version(updated)).toBeGreaterThan(version(created));
    const late = await raw.call('PUT', path, { body: { ...created.json, data: { a: '3' } } });
    expect(late).toMatchObject({ status: 409, json: { reason: 'Conflict' } });
  });

  it('take the four kinds of patches', async () => {
    await raw.call('POST', configMaps, { body: configMap('patched', { data: { a: '1', b: '2' } }) });
    const path = `${configMaps}/patched`;
    const merge = await raw.call('PATCH', path, {
      type: 'application/merge-patch+json',
      body: { data: { a: null, c: '3' } },
    });
    expect(merge.json['data']).toEqual({ b: '2', c: '3' });
    const operations = [
      { op: 'replace', path: '/data/b', value: '4' },
      { op: 'add', path: '/data/d', value: '5' },
    ];
    const json = await raw.call('PATCH', path, { type: 'application/json-patch+json', body: operations });
    expect(json.json['data']).toEqual({ b: '4', c: '3', d: '5' });
    const failing = [{ op: 'test', path: '/data/b', value: 'other' }];
    expect(await raw.call('PATCH', path, { type: 'application/json-patch+json', body: failing })).toMatchObject({
      status: 422,
    });
    const apply = await raw.call('PATCH', `${configMaps}/applied?fieldManager=t`, {
      type: 'application/apply-patch+yaml',
      body: 'apiVersion: v1\nkind: ConfigMap\ndata:\n  x: y\n',
    });
    expect(apply).toMatchObject({ status: 201, json: { data: { x: 'y' } } });
    expect(await raw.call('PATCH', path, { type: 'text/plain', body: '{}' })).toMatchObject({ status: 415 });
    const first = { spec: { taints: [{ key: 'a', value: '1', effect: 'NoSchedule' }] } };
    const second = { spec: { taints: [{ key: 'b', value: '2', effect: 'NoSchedule' }] } };
    const strategic = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
    await core.patchNode({ name: 'w-1', body: first }, strategic);
    const node = await core.patchNode({ name: 'w-1', body: second }, strategic);
    expect(node.spec?.taints?.map(({ key }) => key).sort()).toEqual(['a', 'b']);
    const none = await core.patchNode({ name: 'w-1', body: { spec: { taints: null } } }, strategic);
    expect(none.spec?.taints).toBeUndefined();
  });

  it('are read from protobuf, as kubectl sends it', async () => {
    // ConfigMap "binary" with data {k: v}: the envelope, type meta, and metadata.name and data as Go writes them.
    const bytes = (field: number, value: Buffer) =>
      Buffer.concat([Buffer.from([(field << 3) | 2, value.length]), value]);
    const text = (field: number, value: string) => bytes(field, Buffer.from(value));
    const metadata = bytes(1, Buffer.concat([text(1, 'binary'), text(2, ''), text(3, ''), bytes(8, Buffer.alloc(0))]));
    const data = bytes(2, Buffer.concat([text(1, 'k'), text(2, 'v')]));
    const typeMeta = bytes(1, Buffer.concat([text(1, 'v1'), text(2, 'ConfigMap')]));
    const body = Buffer.concat([Buffer.from('k8s\0'), typeMeta, bytes(2, Buffer.concat([metadata, data]))]);
    const type = 'application/vnd.kubernetes.protobuf';
    expect(await raw.call('POST', configMaps, { type, body })).toMatchObject({
      status: 201,
      json: { metadata: { name: 'binary' }, data: { k: 'v' } },
    });
    expect(await raw.call('POST', configMaps, { type, body: body.subarray(0, body.length - 2) })).toMatchObject({
      status: 400,
    });
  });

  it('with finalizers stay until those are gone', async () => {
    await raw.call('POST', configMaps, { body: { metadata: { name: 'held', finalizers: ['example.org/hold'] } } });
    await raw.call('DELETE', `${configMaps}/held`);
    const held = await raw.call('GET', `${configMaps}/held`);
    expect(held).toMatchObject({
      status: 200,
      json: { metadata: { deletionTimestamp: expect.any(String) as string } },
    });
    await raw.call('PATCH', `${configMaps}/held`, {
      type: 'application/merge-patch+json',
      body: { metadata: { finalizers: null } },
    });
    expect(await raw.call('GET', `${configMaps}/held`)).toMatchObject({ status: 404 });
  });

  it('are not stored in a dry run', async () => {
    expect(await raw.call('POST', `${configMaps}?dryRun=All`, { body: configMap('dry') })).toMatchObject({
      status: 201,
    });
    expect(await raw.call('GET', `${configMaps}/dry`)).toMatchObject({ status: 404 });
  });
});

describe('lists', () => {
  const names = (answer: { readonly json: Record<string, unknown> }) =>
    (answer.json['items'] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);

  it('are selected by labels and fields, and come in chunks', async () => {
    const at = '/api/v1/namespaces/default/secrets';
    for (const [name, tier] of [
      ['s-a', 'web'],
      ['s-b', 'db'],
      ['s-c', 'web'],
    ]) {
      await raw.call('POST', at, { body: { metadata: { name, labels: { tier } }, stringData: { key: 'value' } } });
    }
    expect(names(await raw.call('GET', `${at}?labelSelector=tier%3Dweb`))).toEqual(['s-a', 's-c']);
    expect(names(await raw.call('GET', `${at}?labelSelector=tier%20in%20(db,cache)`))).toEqual(['s-b']);
    expect(names(await raw.call('GET', `${at}?labelSelector=tier,tier!%3Dweb`))).toEqual(['s-b']);
    expect(names(await raw.call('GET', `${at}?labelSelector=!tier`))).toEqual([]);
    expect(names(await raw.call('GET', `${at}?fieldSelector=metadata.name%3Ds-b`))).toEqual(['s-b']);
    expect(await raw.call('GET', `${at}?labelSelector=a%20b`)).toMatchObject({ status: 400 });
    const first = await raw.call('GET', `${at}?limit=2`);
    expect(names(first)).toEqual(['s-a', 's-b']);
    const { continue: next, remainingItemCount } = first.json['metadata'] as {
      continue: string;
      remainingItemCount: number;
    };
    expect(remainingItemCount).toBe(1);
    expect(names(await raw.call('GET', `${at}?limit=2&continue=${next}`))).toEqual(['s-c']);
    expect((await core.readNamespacedSecret({ namespace: 'default', name: 's-a' })).data).toEqual({ key: 'dmFsdWU=' });
  });

  it.each([
    ['/api/v1/nodes', ['Name', 'Status', 'Roles', 'Age', 'Version'], ['w-1', 'Ready', '<none>']],
    ['/api/v1/namespaces', ['Name', 'Status', 'Age'], ['default', 'Active']],
    [
      '/api/v1/namespaces/kube-system/pods',
      ['Name', 'Ready', 'Status', 'Restarts', 'Age'],
      ['etcd-cp-1', '1/1', 'Running', '0'],
    ],
    ['/api/v1/namespaces/kube-system/configmaps', ['Name', 'Data', 'Age'], ['kubeadm-config', 1]],
    [
      '/api/v1/namespaces/kube-system/secrets',
      ['Name', 'Type', 'Data', 'Age'],
      ['bootstrap-token-abcdef', 'bootstrap.kubernetes.io/token', 6],
    ],
    [
      '/api/v1/namespaces/default/services',
      ['Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age'],
      ['kubernetes', 'ClusterIP', '10.96.0.1', '<none>', '443/TCP'],
    ],
    [
      '/apis/apps/v1/namespaces/kube-system/deployments',
      ['Name', 'Ready', 'Up-to-date', 'Available', 'Age'],
      ['coredns', '2/2', 2, 2],
    ],
  ])('come as the table that kubectl prints: %s', async (path, columns, row) => {
    const table = await eventually('the row', async () => {
      const answer = await raw.call('GET', path, {
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
      });
      const rows = answer.json['rows'] as { cells: unknown[] }[];
      return rows.some(({ cells }) => JSON.stringify(cells.slice(0, row.length)) === JSON.stringify(row))
        ? answer
        : undefined;
    });
    expect(table.json).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    const definitions = table.json['columnDefinitions'] as { name: string; priority: number }[];
    expect(definitions.filter(({ priority }) => priority === 0).map(({ name }) => name)).toEqual(columns);
  });
});

describe('watches', () => {
  it('tell @kubernetes/client-node of nodes that join', async () => {
    const seen: string[] = [];
    const watching = await new Watch(config).watch(
      '/api/v1/nodes',
      {},
      (type, node: { metadata: { name: string } }) => seen.push(`${type} ${node.metadata.name}`),
      () => undefined,
    );
    rig.addWorker('w-watched', '10.0.2.9');
    await eventually('ADDED', () => Promise.resolve(seen.includes('ADDED w-watched') ? true : undefined));
    await eventually('MODIFIED', () => Promise.resolve(seen.includes('MODIFIED w-watched') ? true : undefined));
    watching.abort();
    expect(seen.slice(0, 2).sort()).toEqual(['ADDED cp-1', 'ADDED w-1']);
  });

  it('begin after a resource version, follow selectors, and end in time', async () => {
    const list = await raw.call('GET', configMaps);
    const { resourceVersion } = list.json['metadata'] as { resourceVersion: string };
    await raw.call('POST', configMaps, { body: { metadata: { name: 'chosen', labels: { pick: 'yes' } } } });
    await raw.call('POST', configMaps, { body: { metadata: { name: 'ignored' } } });
    await raw.call('PATCH', `${configMaps}/chosen`, {
      type: 'application/merge-patch+json',
      body: { metadata: { labels: { pick: 'no' } } },
    });
    const events = await raw.watch(
      `${configMaps}?labelSelector=pick%3Dyes&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`,
    );
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'DELETED', 'BOOKMARK']);
  });

  it('answer 410 to a version that is forgotten', async () => {
    const version = ((await raw.call('GET', configMaps)).json['metadata'] as { resourceVersion: string })
      .resourceVersion;
    await raw.call('POST', configMaps, { body: configMap('busy') });
    for (let value = 0; value < 2100; value += 100) {
      const change = (offset: number) =>
        raw.call('PATCH', `${configMaps}/busy`, {
          type: 'application/merge-patch+json',
          body: { data: { a: `${value + offset}` } },
        });
      await Promise.all(Array.from({ length: 100 }, (_, offset) => change(offset + 2)));
    }
    const [event] = await raw.watch(`${configMaps}?resourceVersion=${version}`);
    expect(event).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });

  it('begin with what is there and say so, when asked', async () => {
    const events = await raw.watch(
      '/api/v1/nodes?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
    );
    const marked = events.findIndex(({ object }) => JSON.stringify(object).includes('k8s.io/initial-events-end'));
    expect(events[marked]?.type).toBe('BOOKMARK');
    expect(events.slice(0, marked).every(({ type }) => type === 'ADDED')).toBe(true);
    expect(marked).toBeGreaterThanOrEqual(2);
  });
});

describe('workloads', () => {
  it('run on Ready nodes without a taint, and go with their namespace', async () => {
    await core.createNamespace({ body: { metadata: { name: 'shop' } } });
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } };
    const body = { metadata: { name: 'web' }, spec: { replicas: 3, selector: { matchLabels: labels }, template } };
    const apps = config.makeApiClient(AppsV1Api);
    await apps.createNamespacedDeployment({ namespace: 'shop', body });
    const pods = await eventually('three pods are ready', async () => {
      const { items } = await core.listNamespacedPod({ namespace: 'shop' });
      const ready = items.filter((pod) =>
        pod.status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
      );
      return ready.length === 3 ? ready : undefined;
    });
    expect(pods.map((pod) => pod.spec?.nodeName)).not.toContain('cp-1');
    expect(pods.every((pod) => pod.status?.phase === 'Running')).toBe(true);
    await raw.call('PATCH', '/apis/apps/v1/namespaces/shop/deployments/web/scale', {
      type: 'application/merge-patch+json',
      body: { spec: { replicas: 1 } },
    });
    await eventually('one pod is left', async () =>
      (await core.listNamespacedPod({ namespace: 'shop' })).items.length === 1 ? true : undefined,
    );
    await core.deleteNamespace({ name: 'shop' });
    await eventually('the namespace is gone', async () =>
      (await raw.call('GET', '/api/v1/namespaces/shop')).status === 404 ? true : undefined,
    );
    expect((await core.listPodForAllNamespaces({ labelSelector: 'app=web' })).items).toEqual([]);
  });

  it('wait when no node takes them', async () => {
    await raw.call('POST', '/api/v1/namespaces/default/pods', {
      body: {
        metadata: { name: 'picky' },
        spec: { nodeSelector: { disk: 'ssd' }, containers: [{ name: 'a', image: 'a' }] },
      },
    });
    const picky = () => core.readNamespacedPod({ namespace: 'default', name: 'picky' });
    await eventually('unschedulable', async () =>
      (await picky()).status?.conditions?.[0]?.reason === 'Unschedulable' ? true : undefined,
    );
    await raw.call('PATCH', '/api/v1/nodes/w-1', {
      type: 'application/merge-patch+json',
      body: { metadata: { labels: { disk: 'ssd' } } },
    });
    await eventually('running', async () => ((await picky()).status?.phase === 'Running' ? true : undefined));
  });
});

describe('discovery', () => {
  it('names every group, aggregated or not', async () => {
    const groups = await raw.call('GET', '/apis');
    expect((groups.json['groups'] as { name: string }[]).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['apps', 'batch', 'rbac.authorization.k8s.io']),
    );
    const resources = (await raw.call('GET', '/api/v1')).json['resources'] as { name: string; shortNames?: string[] }[];
    expect(resources.find(({ name }) => name === 'pods')?.shortNames).toEqual(['po']);
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const aggregated = await raw.call('GET', '/apis', { accept });
    expect(aggregated.json['kind']).toBe('APIGroupDiscoveryList');
    expect(aggregated.contentType).toContain('as=APIGroupDiscoveryList');
    const openApi = await raw.call('GET', '/openapi/v3');
    expect(Object.keys(openApi.json['paths'] as object)).toContain('apis/apps/v1');
  });
});
