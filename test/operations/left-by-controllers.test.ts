import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AddonsInput } from '../../cli/input/addons-input.ts';
import { ownerTag } from '../../model/index.ts';
import { cinder, cloudController, writeChart } from '../support/charts.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const limit = () => AbortSignal.timeout(60_000);

let house: TestStack;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-test-charts-'));
  for (const chart of [cloudController, cinder]) await writeChart(folder, chart);
  const workerEnvironment = { SLIPWAY_CHART_FOLDER: folder, SLIPWAY_CHART_SOURCE: 'folder' };
  house = await startTestStack({ workers: 1, workerEnvironment });
}, 240_000);
afterAll(async () => {
  await house.stop();
  await rm(folder, { recursive: true, force: true });
});

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const signal = limit();
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(200, undefined, { signal });
  }
}

/** A cluster with a Service that is reached from outside, and a volume that a Pod uses. */
async function withInhabitants(name: string, addons: AddonsInput) {
  const { clusters } = house.slipway;
  const spec = { name, cloud: 'sandbox', controlPlane: { count: 1 as const }, addons };
  const { id } = await (await clusters.create({ ...spec, nodeGroups: [{ name: 'workers', count: 1 }] })).result();
  const config = new KubeConfig();
  config.loadFromString(await clusters.kubeconfig(name));
  const core = config.makeApiClient(CoreV1Api);
  const namespace = 'default';
  await core.createNamespacedService({
    namespace,
    body: {
      metadata: { name: 'web' },
      spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    },
  });
  await core.createNamespacedPersistentVolumeClaim({
    namespace,
    body: {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '3Gi' } } },
    },
  });
  await core.createNamespacedPod({
    namespace,
    body: {
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: {
        containers: [{ name: 'web', image: 'web' }],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
      },
    },
  });
  const address = await until(async () => {
    const { status } = await core.readNamespacedService({ name: 'web', namespace });
    return status?.loadBalancer?.ingress?.[0]?.ip;
  });
  const volumeId = await until(async () => {
    const { spec: claim } = await core.readNamespacedPersistentVolumeClaim({ name: 'data', namespace });
    if (claim?.volumeName === undefined) return undefined;
    return (await core.readPersistentVolume({ name: claim.volumeName })).spec?.csi?.volumeHandle;
  });
  return { id, core, address, volumeId, remove: async () => (await clusters.delete(name)).result() };
}

const volumes = () => house.openstack.blockStorage.volumes.list({}, { signal: limit() }).all();

describe('what a cluster’s own controllers made in the cloud', () => {
  it('is found by the cluster’s id, goes with the cluster, and its volumes stay', async () => {
    const before = await house.sandbox.inventory(limit());
    const { loadBalancer, network } = house.openstack;
    const { id, core, address, volumeId, remove } = await withInhabitants('atlas', { cloudController: {}, cinder: {} });
    const nodes = (await core.listNode()).items;
    expect(nodes).toHaveLength(2);
    expect(nodes.flatMap(({ spec }) => spec?.taints?.map(({ key }) => key) ?? [])).toEqual([
      'node-role.kubernetes.io/control-plane',
    ]);

    const [balancer] = await loadBalancer.loadBalancers.list({ name: `kube_service_${id}_default_web` });
    expect(balancer).toMatchObject({ description: `Kubernetes external service default/web from cluster ${id}` });
    const [floatingIp] = await network.floatingIps.list({ floating_ip_address: address });
    expect(floatingIp?.description).toBe(`Floating IP for Kubernetes external service default/web from cluster ${id}`);
    const [volume] = await volumes();
    expect(volume).toMatchObject({ id: volumeId, size: 3, metadata: { 'cinder.csi.openstack.org/cluster': id } });

    const deleted = await remove();
    expect(deleted).toMatchObject({
      ...{ left: [], removed: { 'load balancer service': 1, 'application credential': 1 } },
      kept: [{ type: 'volume', id: volumeId, reason: 'kept: 3 GiB, available' }],
    });
    expect((await volumes()).map((one) => one.id)).toEqual([volumeId]);
    await house.openstack.blockStorage.volumes.delete(volumeId);
    await house.openstack.blockStorage.volumes.waitGone(volumeId, { deadlineMs: 10_000 });
    expect(await house.sandbox.inventory(limit())).toEqual(before);
  }, 300_000);

  it('goes from outside where nobody inside does it, with snapshots and volumes where the specification says so', async () => {
    const before = await house.sandbox.inventory(limit());
    const { blockStorage, compute } = house.openstack;
    const { id, volumeId, remove } = await withInhabitants('boreas', {
      cloudController: {},
      cinder: { onClusterDeletion: 'delete' },
    });
    const [clusterKey, neighbour] = ['cinder.csi.openstack.org/cluster', 'boreas-bbbbbb'];
    const snapshot = { volume_id: volumeId, metadata: { [clusterKey]: id } };
    const { id: snapshotId } = await blockStorage.snapshots.create({ name: 'before-friday', ...snapshot });
    await blockStorage.snapshots.waitAvailable(snapshotId, { deadlineMs: 10_000 });
    const foreign = await blockStorage.volumes.create({ size: 1, name: 'x', metadata: { [clusterKey]: neighbour } });

    // With the last control plane nobody in the cluster answers any more.
    const servers = await compute.servers.list({ tags: [ownerTag(id)] });
    const controlPlane = servers.find(({ name }) => name.includes('-cp-'));
    await compute.servers.delete(controlPlane?.id ?? '');
    await compute.servers.waitGone(controlPlane?.id ?? '', { deadlineMs: 10_000 });

    expect(await remove()).toMatchObject({
      ...{ left: [], kept: [] },
      removed: { volume: 1, snapshot: 1, 'load balancer': 2, 'floating IP': 2, 'application credential': 1 },
    });
    expect((await volumes()).map((one) => one.id)).toEqual([foreign.id]);
    await blockStorage.volumes.delete(foreign.id);
    await blockStorage.volumes.waitGone(foreign.id, { deadlineMs: 10_000 });
    expect(await house.sandbox.inventory(limit())).toEqual(before);
  }, 300_000);
});
