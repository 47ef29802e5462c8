import { AppsV1Api, CoreV1Api, KubeConfig, PolicyV1Api, type V1Node } from '@kubernetes/client-node';
import { expect } from 'vitest';
import type { z } from 'zod';
import { CONTROL_PLANE_GROUP, groupTag, ownerTag, type replaceNodeGroupSchema } from '../../model/index.ts';
import type { TestStack } from './stack.ts';
import { until } from './until.ts';

/** A small cluster, its API, and what a test asks of it. */
export async function makeCluster(house: TestStack, name: string, count: number) {
  const { clusters } = house.slipway;
  const creation = await clusters.create({
    ...{ name, cloud: 'sandbox' },
    controlPlane: { count: 1 },
    nodeGroups: [{ name: 'workers', count }],
  });
  const { id } = await creation.result();
  const config = new KubeConfig();
  config.loadFromString(await clusters.kubeconfig(name));
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);
  const policy = config.makeApiClient(PolicyV1Api);
  const resize = async (input: {
    count: number;
    remove?: string[];
    onBlocked?: 'fail' | 'force';
    drainMinutes?: number;
  }) => (await clusters.resizeNodeGroup({ name, group: 'workers', ...input })).result();
  const replaceNodeGroup = async (input: Omit<z.input<typeof replaceNodeGroupSchema>, 'name' | 'group'>) =>
    (await clusters.run('replaceNodeGroup', { name, group: 'workers', ...input })).result();
  const replaceControlPlane = async (input: { machines?: string[]; count?: 1 | 3 | 5 }) =>
    (await clusters.run('replaceControlPlane', { name, ...input })).result();
  /**
   * Names of the control plane's machines, which are servers, Ready nodes and members of the load balancer, and nothing
   * else.
   */
  const controlPlanes = async (): Promise<string[]> => {
    const filter = { tags: [ownerTag(id), groupTag(CONTROL_PLANE_GROUP)] };
    const made = (await house.openstack.compute.servers.list(filter)).map((one) => one.name).sort();
    const labelSelector = 'node-role.kubernetes.io/control-plane';
    const known = (await core.listNode({ labelSelector })).items.map(({ metadata }) => metadata?.name ?? '');
    expect(known.sort()).toEqual(made);
    const [balancer] = await balancers();
    const tree = await house.openstack.loadBalancer.loadBalancers.statusTree(balancer ?? '');
    const behind = tree.listeners.flatMap(({ pools }) => pools.flatMap((pool) => pool.members.map((one) => one.name)));
    expect(behind.sort()).toEqual(made);
    return made;
  };
  /** Deletes a server behind the cluster's back, and waits until it is gone. */
  const loseControlPlane = async (name: string): Promise<void> => {
    const { servers } = house.openstack.compute;
    const found = (await servers.list({ tags: [ownerTag(id)] })).find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no server ${name}`);
    await servers.delete(found.id);
    await servers.waitGone(found.id, { deadlineMs: 20_000 });
  };
  /** Ids of the API's load balancers. */
  const balancers = async (): Promise<string[]> =>
    (await house.openstack.loadBalancer.loadBalancers.list({ tags: [ownerTag(id)] })).map((one) => one.id);
  const nodes = async (): Promise<V1Node[]> =>
    (await core.listNode({ labelSelector: 'slipway.dev/node-group=workers' })).items;
  const servers = async (): Promise<string[]> =>
    (await house.openstack.compute.servers.list({ tags: [ownerTag(id), groupTag('workers')] })).map((one) => one.name);
  /** The machines, which are servers and Ready nodes, and nothing else. */
  const machines = async (): Promise<string[]> => {
    const [known, made] = [await nodes(), await servers()];
    const isReady = (node: V1Node) =>
      node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    expect(
      known
        .filter(isReady)
        .map(({ metadata }) => metadata?.name)
        .sort(),
    ).toEqual(made.sort());
    return made;
  };
  /** A Deployment whose budget wants so many pods at any time. */
  const deploy = async (replicas: number, minAvailable: number): Promise<void> => {
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } };
    await apps.createNamespacedDeployment({
      namespace: 'default',
      body: { metadata: { name: 'web' }, spec: { replicas, selector: { matchLabels: labels }, template } },
    });
    await policy.createNamespacedPodDisruptionBudget({
      namespace: 'default',
      body: { metadata: { name: 'web' }, spec: { minAvailable, selector: { matchLabels: labels } } },
    });
    await until(async () => (await readyPods()) === replicas);
  };
  const readyPods = async (): Promise<number> =>
    (await core.listNamespacedPod({ namespace: 'default', labelSelector: 'app=web' })).items.filter(({ status }) =>
      status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True'),
    ).length;
  const remove = async (): Promise<void> => {
    expect((await (await clusters.delete(name)).result()).left).toEqual([]);
  };
  return {
    id,
    core,
    resize,
    replaceNodeGroup,
    replaceControlPlane,
    controlPlanes,
    loseControlPlane,
    balancers,
    machines,
    nodes,
    deploy,
    readyPods,
    remove,
    describe: () => clusters.describe(name),
  };
}
