import { cancellationSignal } from '@temporalio/activity';
import type { ServerFilters } from 'openstack-client-ts';
import { groupTag, ownerTag } from '../../model/index.ts';
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

/** Lists server groups of the cluster by their names, which hold its id. */
export async function ownServerGroups({ client }: Cloud, id: string): Promise<{ id: string; name: string }[]> {
  const groups = await client.compute.serverGroups.list({}, call());
  return groups.filter(({ name }) => name.startsWith(`${id}-`));
}
