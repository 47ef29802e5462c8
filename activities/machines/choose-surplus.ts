import { chooseLeaving } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { listNodes } from '../kubernetes/cluster-api.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';
import { groupMachines, type Machine } from './group-machines.ts';
import type { LookAtGroupInput } from './look-at-group.ts';

export interface ChooseSurplusInput extends LookAtGroupInput {
  /** No more than so many. */
  readonly atMost: number;
}

/**
 * Chooses which of a group's machines go next: those that are named, then those whose node is not Ready or not there,
 * then those of older generations, then the oldest. None when the group has no more than `count`. Changes nothing.
 */
export const chooseSurplus =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec, group, count, remove, atMost }: ChooseSurplusInput): Promise<Machine[]> => {
    const servers = await ownResources(await clouds.get(spec.cloud), id).servers.list({ group });
    const surplus = Math.min(atMost, servers.length - count);
    if (surplus <= 0) return [];
    const machines = groupMachines(servers, await listNodes(vault, id));
    return chooseLeaving(machines, surplus, new Set(remove)).map(({ id: server, name }) => ({ id: server, name }));
  };
