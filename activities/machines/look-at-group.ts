import { ApplicationFailure } from '@temporalio/activity';
import type { Server } from 'openstack-client-ts';
import { type ClusterSpec, FailureType } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { listNodes } from '../kubernetes/cluster-api.ts';
import { isReady } from '../kubernetes/node-state.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';
import type { Own } from '../cloud/ownership.ts';
import { nextBatch } from './batches.ts';
import { isYoung } from './group-machines.ts';

/** What a resize has to know of a group before it changes anything. */
export interface GroupLook {
  /** Its machines, whatever their state. */
  readonly present: number;
  /** Names of those that shall go: as asked for, and those that never became a node, or are none any more. */
  readonly going: readonly string[];
  /** How many are Ready nodes. */
  readonly ready: number;
  /** How many are so young that they may still become one. */
  readonly joining: number;
  /** The first batch of machines that are made from now on: higher than any there ever was, so that names are new. */
  readonly nextBatch: number;
}

export interface LookAtGroupInput {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly group: string;
  /** How many are to stay. */
  readonly count: number;
  /** Names of those that are to go. */
  readonly remove: readonly string[];
}

/** Lost machines that one operation replaces. */
const MOST_LOST = 100;

/**
 * Looks at a group's machines and their nodes. Changes nothing.
 *
 * @throws ApplicationFailure `Slipway.InvalidInput` when a named machine is not there and another one would go in its
 *   place
 */
export const lookAtGroup =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async (input: LookAtGroupInput): Promise<GroupLook> => {
    const { id, spec, group } = input;
    const [servers, nodes] = await Promise.all([
      ownResources(await clouds.get(spec.cloud), id).servers.list({ group }),
      listNodes(vault, id),
    ]);
    const asked = namedMachines(input, servers);
    const byName = new Map(nodes.map((node) => [node.metadata?.name ?? '', node]));
    const unready = servers.filter(({ name }) => !isReady(byName.get(name)));
    const mayJoin = (server: Server): boolean => isYoung(server) && !asked.has(server.name);
    const lost = unready.filter((server) => !byName.has(server.name) && !mayJoin(server));
    return {
      present: servers.length,
      going: [...new Set([...asked, ...lost.slice(0, MOST_LOST).map(({ name }) => name)])],
      ready: servers.length - unready.length,
      joining: unready.filter(mayJoin).length,
      nextBatch: await nextBatch(vault, id, group, servers),
    };
  };

function namedMachines({ group, count, remove }: LookAtGroupInput, servers: readonly Own<Server>[]): Set<string> {
  const names = new Set(servers.map(({ name }) => name));
  const absent = remove.find((name) => !names.has(name));
  const named = new Set(remove.filter((name) => names.has(name)));
  if (absent === undefined || servers.length - named.size <= count) return named;
  const reason =
    `${absent} is no machine of group ${group}, and with ${count} to stay another one would go in its place: ` +
    `name ${servers.length - count} of its ${servers.length} machines`;
  throw ApplicationFailure.create({
    type: FailureType.InvalidInput,
    message: reason,
    nonRetryable: true,
    details: [{ issues: [{ path: 'remove', reason }] }],
  });
}
