import { ApplicationFailure } from '@temporalio/activity';
import { ConflictError, NotFoundError, ResourceBusyError, type Router, type Subnet } from 'openstack-client-ts';
import { type ClusterSpec, FailureType, type LeftResource } from '../../model/index.ts';
import { poll } from '../lib/poll.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Clouds } from '../cloud/clouds.ts';
import type { Removed } from '../machines/delete-servers.ts';
import { namedBySpec, type OwnOrNamed } from '../cloud/own-neutron.ts';
import { type OwnResources, ownResources } from '../cloud/own-resources.ts';
import type { Own } from '../cloud/ownership.ts';

/** Neutron frees a port some seconds after its server or load balancer is gone. */
const DEADLINE_MS = 5 * 60_000;

/**
 * Deletes what the cluster has in Neutron, in the order in which Neutron lets it go: ports, the router's interface,
 * router, subnet, network, security groups. All of it is found by its mark; what is on the cluster's own network goes
 * with it.
 */
export const deleteNetwork =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<Removed> => {
    const own = ownResources(await clouds.get(spec.cloud), id);
    const removed: Record<string, number> = {};
    const remove = async (type: string, resource: string, work: () => Promise<unknown>) => {
      reportProgress({ detail: `deleting ${type} ${resource}` });
      await whenFree(`${type} ${resource}`, work);
      removed[type] = (removed[type] ?? 0) + 1;
    };
    const { ports, networks, subnets, routers, groups } = await findAll(own);

    for (const port of ports) {
      await remove('port', port.name, () => own.ports.remove(port));
    }
    for (const subnet of subnets) {
      for (const router of await connectedRouters(own, subnet, routers, spec)) {
        await remove('router interface', router.id, () => own.routerInterfaces.remove(router, subnet));
      }
    }
    for (const router of routers) {
      await remove('router', router.name, () => own.routers.remove(router));
    }
    for (const subnet of subnets) {
      await remove('subnet', subnet.name, () => own.subnets.remove(subnet));
    }
    for (const one of networks) {
      await remove('network', one.name, () => own.networks.remove(one));
    }
    for (const group of groups) {
      await remove('security group', group.name, () => own.securityGroups.remove(group));
    }
    return { removed };
  };

/**
 * The routers to take off a subnet: the cluster's own and the one that its specification names.
 *
 * @throws ApplicationFailure `OpenStack.Conflict` when there is another one: nobody here may change it, and the subnet
 *   cannot go before
 */
async function connectedRouters(
  { routerInterfaces }: OwnResources,
  subnet: Own<Subnet>,
  routers: readonly Own<Router>[],
  { network: { routerId } }: ClusterSpec,
): Promise<OwnOrNamed<Router>[]> {
  return (await routerInterfaces.routersOn(subnet)).map((router) => {
    const known = router === routerId ? namedBySpec(router) : routers.find(({ id }) => id === router);
    if (known !== undefined) return known;
    throw ApplicationFailure.nonRetryable(
      `router ${router}, which is not the cluster's, has an interface on its subnet ${subnet.name} (${subnet.id}). ` +
        `It is left as it is; take it off (openstack router remove subnet ${router} ${subnet.id}), then delete the cluster again`,
      FailureType.OpenStackConflict,
    );
  });
}

/** What the cluster still has in Neutron. */
export async function remainingNetwork(own: OwnResources): Promise<LeftResource[]> {
  const { ports, networks, subnets, routers, groups } = await findAll(own);
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

/** All that the cluster has in Neutron, but for what goes with these by itself. */
async function findAll(own: OwnResources) {
  const [ports, networks, subnets, routers, groups] = await Promise.all([
    own.ports.list(),
    own.networks.list(),
    own.subnets.list(),
    own.routers.list(),
    own.securityGroups.listAll(),
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
