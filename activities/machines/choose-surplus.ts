import type { Server } from 'openstack-client-ts';
import type { VaultClient } from '../../vault/index.ts';
import { listNodes } from '../kubernetes/cluster-api.ts';
import { isReady } from '../kubernetes/node-state.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';
import type { LookAtGroupInput } from './look-at-group.ts';
import type { Own } from '../cloud/ownership.ts';

/** A machine of a cluster: its server, and the name that its node has, too. */
export interface Machine {
  readonly id: string;
  readonly name: string;
}

export interface ChooseSurplusInput extends LookAtGroupInput {
  /** No more than so many. */
  readonly atMost: number;
}

/**
 * Chooses which of a group's machines go next: those that are named, then those whose node is not Ready or not there,
 * then the oldest. None when the group has no more than `count`. Changes nothing.
 */
export const chooseSurplus =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec, group, count, remove, atMost }: ChooseSurplusInput): Promise<Machine[]> => {
    const servers = await ownResources(await clouds.get(spec.cloud), id).servers.list({ group });
    const surplus = Math.min(atMost, servers.length - count);
    if (surplus <= 0) return [];
    const ready = new Set((await listNodes(vault, id)).filter(isReady).map(({ metadata }) => metadata?.name ?? ''));
    return firstToGo(servers, ready, new Set(remove))
      .slice(0, surplus)
      .map((server) => ({ id: server.id, name: server.name }));
  };

function firstToGo(
  servers: readonly Own<Server>[],
  ready: ReadonlySet<string>,
  named: ReadonlySet<string>,
): Own<Server>[] {
  const rank = ({ name }: Server): number => (named.has(name) ? 0 : ready.has(name) ? 2 : 1);
  return [...servers].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.created ?? '').localeCompare(b.created ?? '') ||
      a.name.localeCompare(b.name, 'en', { numeric: true }),
  );
}
