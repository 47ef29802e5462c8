import type { KubeConfig } from '@kubernetes/client-node';
import { AppsV1Api, BatchV1Api, CoreV1Api, PolicyV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawApi } from './support/api-client.ts';
import { eventually, Rig } from './support/rig.ts';

let rig: Rig;
let config: KubeConfig;
let core: CoreV1Api;
let apps: AppsV1Api;
let raw: RawApi;
const namespace = 'default';

beforeAll(async () => {
  rig = await Rig.start();
  config = await rig.startCluster();
  core = config.makeApiClient(CoreV1Api);
  apps = config.makeApiClient(AppsV1Api);
  raw = new RawApi(config);
  await eventually('the token is there', () =>
    core.createNamespacedSecret({ namespace: 'kube-system', body: rig.tokenSecret() }),
  );
  for (const index of [1, 2, 3]) rig.addWorker(`w-${index}`, `10.0.2.${index}`);
  for (const index of [1, 2, 3]) await rig.consoleOf(`w-${index}`, /SLIPWAY-BOOT-OK/u);
});
afterAll(async () => {
  await raw.close();
  await rig.close();
});

const merge = (path: string, body: unknown) => raw.call('PATCH', path, { type: 'application/merge-patch+json', body });
const template = (app: string, image = 'app:1', spec: object = {}) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'app', image }], ...spec },
});
const workload = (name: string, fields: object = {}, image?: string) => ({
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, template: template(name, image), ...fields },
});
const podsOf = async (app: string) => (await core.listNamespacedPod({ namespace, labelSelector: `app=${app}` })).items;
const withImage = (image: string) => ({ spec: { template: { spec: { containers: [{ name: 'app', image }] } } } });
const unpullable = 'registry.invalid/app:2';

describe('a Deployment', () => {
  it('whose new image cannot be pulled keeps the pods that it has, and is late in the end', async () => {
    const body = workload('late', { replicas: 2, progressDeadlineSeconds: 1 });
    await apps.createNamespacedDeployment({ namespace, body });
    const read = () => apps.readNamespacedDeployment({ namespace, name: 'late' });
    const reasonOf = async () => (await read()).status?.conditions?.find(({ type }) => type === 'Progressing')?.reason;
    await eventually('it runs', async () => ((await reasonOf()) === 'NewReplicaSetAvailable' ? true : undefined));
    await merge('/apis/apps/v1/namespaces/default/deployments/late', withImage(unpullable));
    const waiting = await eventually('a pod that waits', async () => {
      const states = (await podsOf('late')).map((pod) => pod.status?.containerStatuses?.[0]?.state?.waiting);
      return states.find((state) => state?.reason === 'ImagePullBackOff');
    });
    expect(waiting.message).toContain('lookup registry.invalid: no such host');
    await eventually('it is late', async () => ((await reasonOf()) === 'ProgressDeadlineExceeded' ? true : undefined));
    expect((await read()).status).toMatchObject({ availableReplicas: 2, observedGeneration: 2 });
    await merge('/apis/apps/v1/namespaces/default/deployments/late', withImage('app:1'));
    await eventually('it runs again', async () => ((await reasonOf()) === 'NewReplicaSetAvailable' ? true : undefined));
    expect((await read()).status).toMatchObject({ replicas: 2, updatedReplicas: 2 });
  });

  it('goes after its pods in the foreground, and leaves them when they are orphaned', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    for (const name of ['first', 'orphans']) {
      await apps.createNamespacedDeployment({ namespace, body: workload(name) });
      await eventually('a pod', async () => ((await podsOf(name)).length === 1 ? true : undefined));
    }
    const [pod] = await podsOf('first');
    const held = `/api/v1/namespaces/default/pods/${pod?.metadata?.name ?? ''}`;
    await merge(held, { metadata: { finalizers: ['example.org/hold'] } });
    await raw.call('DELETE', `${path}/first`, { body: { propagationPolicy: 'Foreground' } });
    expect((await raw.call('GET', `${path}/first`)).json['metadata']).toMatchObject({
      finalizers: ['foregroundDeletion'],
      deletionTimestamp: expect.any(String) as string,
    });
    await merge(held, { metadata: { finalizers: null } });
    await eventually('it is gone', async () =>
      (await raw.call('GET', `${path}/first`)).status === 404 ? true : undefined,
    );
    await raw.call('DELETE', `${path}/orphans?propagationPolicy=Orphan`);
    expect(await raw.call('GET', `${path}/orphans`)).toMatchObject({ status: 404 });
    expect(await podsOf('orphans')).toHaveLength(1);
    expect(await raw.call('DELETE', `${path}/none?propagationPolicy=Never`)).toMatchObject({ status: 422 });
  });
});

it('what several own stays until the last of them is gone, whatever its kind', async () => {
  const owners = ['one', 'two'].map((name) =>
    core.createNamespacedConfigMap({ namespace, body: { metadata: { name } } }),
  );
  const made = await Promise.all(owners);
  const ownerReferences = made.map(({ metadata }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
  }));
  const role = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles';
  await raw.call('POST', role, { body: { metadata: { name: 'owned', ownerReferences }, rules: [] } });
  await core.deleteNamespacedConfigMap({ namespace, name: 'one' });
  expect((await raw.call('GET', `${role}/owned`)).status).toBe(200);
  await core.deleteNamespacedConfigMap({ namespace, name: 'two' });
  expect((await raw.call('GET', `${role}/owned`)).status).toBe(404);
});

it('a namespace stays until finalizers let go of its content', async () => {
  await core.createNamespace({ body: { metadata: { name: 'held' } } });
  const path = '/api/v1/namespaces/held/configmaps';
  await raw.call('POST', path, { body: { metadata: { name: 'kept', finalizers: ['example.org/hold'] } } });
  await core.deleteNamespace({ name: 'held' });
  await eventually('it says why', async () => {
    const { json } = await raw.call('GET', '/api/v1/namespaces/held');
    return JSON.stringify(json['status']).includes('SomeFinalizersRemain') ? true : undefined;
  });
  expect(await raw.call('POST', path, { body: { metadata: { name: 'late' } } })).toMatchObject({ status: 403 });
  await merge(`${path}/kept`, { metadata: { finalizers: null } });
  await eventually('it is gone', async () =>
    (await raw.call('GET', '/api/v1/namespaces/held')).status === 404 ? true : undefined,
  );
});

describe('a DaemonSet', () => {
  it('replaces its pods a few at a time, and stops at one that does not start', async () => {
    await apps.createNamespacedDaemonSet({ namespace, body: workload('agent') });
    const read = async () => (await apps.readNamespacedDaemonSet({ namespace, name: 'agent' })).status;
    await eventually('three are ready', async () => ((await read())?.numberReady === 3 ? true : undefined));
    await merge('/apis/apps/v1/namespaces/default/daemonsets/agent', withImage(unpullable));
    await eventually('one is replaced', async () => ((await read())?.updatedNumberScheduled === 1 ? true : undefined));
    expect(await read()).toMatchObject({ desiredNumberScheduled: 3, numberReady: 2, numberUnavailable: 1 });
    await merge('/apis/apps/v1/namespaces/default/daemonsets/agent', withImage('app:3'));
    await eventually('all are new', async () => ((await read())?.updatedNumberScheduled === 3 ? true : undefined));
    expect((await podsOf('agent')).every((pod) => pod.spec?.containers[0]?.image === 'app:3')).toBe(true);
  });
});

describe('volumes', () => {
  const classes = '/apis/storage.k8s.io/v1/storageclasses';
  const claims = '/api/v1/namespaces/default/persistentvolumeclaims';
  const claim = (name: string, storageClassName: string) => ({
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage: '1Gi' } } },
  });
  const phase = async (name: string) =>
    (await core.readNamespacedPersistentVolumeClaim({ namespace, name })).status?.phase;

  it('come from the provisioner of their class, at once or with the first pod, and go with their claim', async () => {
    const classOf = (name: string, fields: object) => ({
      metadata: { name },
      provisioner: 'csi.example.org',
      ...fields,
    });
    await raw.call('POST', classes, { body: classOf('now', {}) });
    await raw.call('POST', classes, { body: classOf('later', { volumeBindingMode: 'WaitForFirstConsumer' }) });
    await raw.call('POST', classes, { body: classOf('never', { provisioner: 'kubernetes.io/no-provisioner' }) });
    for (const name of ['now', 'later', 'never']) await raw.call('POST', claims, { body: claim(name, name) });
    await eventually('bound', async () => ((await phase('now')) === 'Bound' ? true : undefined));
    expect(await phase('later')).toBe('Pending');
    const volumes = ['later', 'never'].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
    const pod = (name: string, volume: unknown) => ({
      metadata: { name, labels: { app: name } },
      spec: { containers: [{ name: 'app', image: 'app:1' }], volumes: [volume] },
    });
    await raw.call('POST', '/api/v1/namespaces/default/pods', { body: pod('user', volumes[0]) });
    await raw.call('POST', '/api/v1/namespaces/default/pods', { body: pod('waits', volumes[1]) });
    await eventually('bound', async () => ((await phase('later')) === 'Bound' ? true : undefined));
    const [waits] = await podsOf('waits');
    expect(waits?.spec?.nodeName).toBeUndefined();
    expect(waits?.status?.conditions?.[0]?.message).toContain('unbound immediate PersistentVolumeClaims');
    expect((await core.listPersistentVolume()).items).toHaveLength(2);
    await core.deleteNamespacedPersistentVolumeClaim({ namespace, name: 'now' });
    expect((await core.listPersistentVolume()).items).toHaveLength(1);
  });

  it('are made for each pod of a StatefulSet, whose pods are replaced from the last to the first', async () => {
    await raw.call('POST', classes, { body: { metadata: { name: 'fast' }, provisioner: 'csi.example.org' } });
    const volumeClaimTemplates = [claim('data', 'fast')];
    const body = workload('db', { serviceName: 'db', replicas: 2, volumeClaimTemplates });
    await raw.call('POST', '/apis/apps/v1/namespaces/default/statefulsets', { body });
    const read = async () => (await apps.readNamespacedStatefulSet({ namespace, name: 'db' })).status;
    await eventually('two are ready', async () => ((await read())?.readyReplicas === 2 ? true : undefined));
    expect(await phase('data-db-1')).toBe('Bound');
    const before = (await read())?.currentRevision;
    await merge('/apis/apps/v1/namespaces/default/statefulsets/db', withImage(unpullable));
    await eventually('the last one waits', async () => ((await read())?.readyReplicas === 1 ? true : undefined));
    expect((await podsOf('db')).map((pod) => [pod.metadata?.name, pod.status?.phase])).toEqual([
      ['db-0', 'Running'],
      ['db-1', 'Pending'],
    ]);
    await merge('/apis/apps/v1/namespaces/default/statefulsets/db', withImage('app:3'));
    const status = await eventually('both are new', async () => {
      const now = await read();
      return now?.updatedReplicas === 2 && now.readyReplicas === 2 ? now : undefined;
    });
    expect(status.currentRevision).toBe(status.updateRevision);
    expect(status.currentRevision).not.toBe(before);
  });
});

describe('a Job', () => {
  const job = (name: string, command: readonly string[], fields: object = {}) => ({
    metadata: { name },
    spec: {
      template: {
        spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'app:1', command: [...command] }] },
      },
      ...fields,
    },
  });
  const conditions = async (name: string) => {
    const { status } = await config.makeApiClient(BatchV1Api).readNamespacedJob({ namespace, name });
    return status?.conditions?.map(({ type, status: is }) => `${type} ${is}`);
  };

  it('is complete when its pods have ended, and has failed when too many fail', async () => {
    const batch = config.makeApiClient(BatchV1Api);
    await batch.createNamespacedJob({ namespace, body: job('good', ['work'], { completions: 2 }) });
    await eventually('complete', async () =>
      (await conditions('good'))?.includes('Complete True') ? true : undefined,
    );
    await batch.createNamespacedJob({ namespace, body: job('bad', ['/bin/false'], { backoffLimit: 2 }) });
    await eventually('failed', async () => ((await conditions('bad'))?.includes('Failed True') ? true : undefined));
    const { status } = await batch.readNamespacedJob({ namespace, name: 'bad' });
    expect(status).toMatchObject({ failed: 3 });
    expect(status?.conditions?.at(-1)?.reason).toBe('BackoffLimitExceeded');
  });
});

it('a disruption budget counts what it selects', async () => {
  const policy = config.makeApiClient(PolicyV1Api);
  await apps.createNamespacedDeployment({ namespace, body: workload('guarded', { replicas: 3 }) });
  const body = {
    metadata: { name: 'guarded' },
    spec: { minAvailable: 2, selector: { matchLabels: { app: 'guarded' } } },
  };
  await policy.createNamespacedPodDisruptionBudget({ namespace, body });
  const status = await eventually('one may go', async () => {
    const budget = await policy.readNamespacedPodDisruptionBudget({ namespace, name: 'guarded' });
    return budget.status?.disruptionsAllowed === 1 ? budget.status : undefined;
  });
  expect(status).toMatchObject({ expectedPods: 3, currentHealthy: 3, desiredHealthy: 2, observedGeneration: 1 });
});

it('an APIService is available when its Service has a pod that is Ready, and serves no resources', async () => {
  const path = '/apis/apiregistration.k8s.io/v1/apiservices';
  const service = { namespace, name: 'metrics' };
  const spec = {
    group: 'metrics.example.org',
    version: 'v1',
    groupPriorityMinimum: 100,
    versionPriority: 100,
    service,
  };
  await raw.call('POST', path, { body: { metadata: { name: 'v1.metrics.example.org' }, spec } });
  const reason = async () => {
    const { status } = (await raw.call('GET', `${path}/v1.metrics.example.org`)).json as {
      status?: { conditions: { reason: string }[] };
    };
    return status?.conditions[0]?.reason;
  };
  await eventually('no Service', async () => ((await reason()) === 'ServiceNotFound' ? true : undefined));
  expect(await raw.call('GET', '/apis/metrics.example.org/v1')).toMatchObject({ status: 404 });
  await core.createNamespacedService({
    namespace,
    body: { metadata: { name: 'metrics' }, spec: { selector: { app: 'metrics' }, ports: [{ port: 443 }] } },
  });
  await eventually('no pod', async () => ((await reason()) === 'MissingEndpoints' ? true : undefined));
  await apps.createNamespacedDeployment({ namespace, body: workload('metrics') });
  await eventually('available', async () => ((await reason()) === 'Passed' ? true : undefined));
  expect((await raw.call('GET', '/apis/metrics.example.org/v1')).json).toMatchObject({ resources: [] });
  expect(await raw.call('GET', '/apis/metrics.example.org/v1/nodes')).toMatchObject({ status: 404 });
});
