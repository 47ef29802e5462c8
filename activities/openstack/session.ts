import { cancellationSignal } from '@temporalio/activity';
import type { ServerFilters, ServerGroup } from 'openstack-client-ts';
import { type ClusterSpec, CONTROL_PLANE_GROUP, groupTag, ownerTag, serverGroupName } from '../../model/index.ts';
import type { Cloud } from './clouds.ts';

/** What every call of the current activity passes on. */
export const call = (): { signal: AbortSignal } => ({ signal: cancellationSignal() });

/** Filter of Neutron's lists: the resources with this name that carry the cluster's mark (docs/decisions/0002). */
export const owned = (id: string, name?: string): { description: string; name?: string } => ({
  description: ownerTag(id),
  ...(name === undefined ? {} : { name }),
});

/** Filter of Nova's list: the cluster's machines, or those of one group. */
export const machinesOf = (id: string, group?: string): ServerFilters => ({
  tags: group === undefined ? [ownerTag(id)] : [ownerTag(id), groupTag(group)],
});

/** Age of a Neutron resource; some releases leave `created_at` out, then ids decide. */
export const neutronAge = ({
  created_at: time,
}: {
  readonly [field: string]: unknown;
  readonly created_at?: unknown;
}): string => (typeof time === 'string' ? time : '');

/**
 * The cluster's server groups. They have neither tags nor a description; their full names hold the cluster's id. A prefix would not do: the
 * groups of a cluster that is named like another one's id begin with it, too.
 */
export async function ownServerGroups({ client }: Cloud, id: string, spec: ClusterSpec): Promise<ServerGroup[]> {
  const names = new Set(
    [CONTROL_PLANE_GROUP, ...spec.nodeGroups.map(({ name }) => name)].map((group) => serverGroupName(id, group)),
  );
  const groups = await client.compute.serverGroups.list({}, call());
  return groups.filter(({ name }) => names.has(name));
}
