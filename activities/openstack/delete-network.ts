import {
  ConflictError,
  NotFoundError,
  type OpenStackClient,
  ResourceBusyError,
  type SecurityGroup,
} from 'openstack-client-ts';
import { type ClusterSpec, type LeftResource } from '../../model/index.ts';
import { poll } from '../lib/poll.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Cloud, Clouds } from './clouds.ts';
import type { Removed } from './delete-servers.ts';
import { call, owned } from './session.ts';

/** Neutron frees a port some seconds after its server or load balancer is gone. */
const DEADLINE_MS = 5 * 60_000;

/**
 * Deletes what the cluster has in Neutron, in the order in which Neutron lets it go: ports, the router's interface, router, subnet,
 * network, security groups. All of it is found by its mark; what is on the cluster's own network goes with it.
 */
export const deleteNetwork =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<Removed> => {
    const { client } = await clouds.get(spec.cloud);
    const { network } = client;
    const removed: Record<string, number> = {};
    const remove = async (type: string, resource: string, work: () => Promise<unknown>) => {
      reportProgress({ detail: `deleting ${type} ${resource}` });
      await whenFree(`${type} ${resource}`, work);
      removed[type] = (removed[type] ?? 0) + 1;
    };
    const { ports, networks, subnets, routers, groups } = await findAll(client, id);

    for (const port of ports) {
      await remove('port', port.name, () => network.ports.delete(port.id, { ...call(), missingOk: true }));
    }
    for (const subnet of subnets) {
      const interfaces = await network.ports.list(
        { network_id: subnet.network_id, device_owner: ROUTER_INTERFACES },
        call(),
      );
      for (const { device_id: router } of interfaces) {
        if (!router) continue;
        await remove('router interface', router, () =>
          network.routers.removeInterface(router, { subnet_id: subnet.id }, call()),
        );
      }
    }
    for (const router of routers) {
      await remove('router', router.name, () => network.routers.delete(router.id, { ...call(), missingOk: true }));
    }
    for (const subnet of subnets) {
      await remove('subnet', subnet.name, () => network.subnets.delete(subnet.id, { ...call(), missingOk: true }));
    }
    for (const one of networks) {
      await remove('network', one.name, () => network.networks.delete(one.id, { ...call(), missingOk: true }));
    }
    for (const group of groups) {
      await remove('security group', group.name, () =>
        network.securityGroups.delete(group.id, { ...call(), missingOk: true }),
      );
    }
    return { removed };
  };

/** Device owners of a router's ports (neutron-lib: neutron_lib/constants.py). */
const ROUTER_INTERFACES = [
  'network:router_interface',
  'network:ha_router_replicated_interface',
  'network:router_interface_distributed',
];

/** What the cluster still has in Neutron. */
export async function remainingNetwork({ client }: Cloud, id: string): Promise<LeftResource[]> {
  const { ports, networks, subnets, routers, groups } = await findAll(client, id);
  const left = (
    type: string,
    found: readonly { id: string; name?: string | undefined }[],
    reason: string,
  ): LeftResource[] => found.map((one) => ({ service: 'network', type, id: one.id, name: one.name ?? '', reason }));
  return [
    ...ports.map((port): LeftResource => {
      const reason = port.device_id ? `in use by ${port.device_owner} ${port.device_id}` : 'not deleted';
      return { service: 'network', type: 'port', id: port.id, name: port.name, reason };
    }),
    ...left('router', routers, 'not deleted; are its interfaces gone?'),
    ...left('subnet', subnets, 'not deleted; are its ports gone?'),
    ...left('network', networks, 'not deleted; are its ports gone?'),
    ...left('security group', groups, 'not deleted; does a port use it?'),
  ];
}

/**
 * Those with our mark, and those that the cloud controller manager made for a Service of this cluster (kubernetes/cloud-provider-openstack:
 * pkg/openstack/loadbalancer.go, "Security Group for <namespace>/<service> Service LoadBalancer in cluster <cluster>").
 */
async function clusterSecurityGroups({ network }: OpenStackClient, id: string): Promise<SecurityGroup[]> {
  const mark = owned(id).description;
  const ofService = (text: string) => text.startsWith('Security Group for ') && text.endsWith(` in cluster ${id}`);
  const all = await network.securityGroups.list({}, call());
  return all.filter(({ description }) => description === mark || ofService(description ?? ''));
}

/** All that the cluster has in Neutron, but for what goes with these by itself. */
async function findAll(client: OpenStackClient, id: string) {
  const { network } = client;
  const [ports, networks, subnets, routers, groups] = await Promise.all([
    network.ports.list(owned(id), call()),
    network.networks.list(owned(id), call()),
    network.subnets.list(owned(id), call()),
    network.routers.list(owned(id), call()),
    clusterSecurityGroups(client, id),
  ]);
  return { ports, networks, subnets, routers, groups };
}

/** "In use" is "not yet": what used it is going. 404 is success. */
async function whenFree(subject: string, work: () => Promise<unknown>): Promise<void> {
  await poll({ subject: `${subject} to be free`, deadlineMs: DEADLINE_MS }, async () => {
    try {
      await work();
      return { done: true };
    } catch (error) {
      if (error instanceof NotFoundError) return { done: true };
      if (error instanceof ConflictError || error instanceof ResourceBusyError) return { pending: error.message };
      throw error;
    }
  });
}
