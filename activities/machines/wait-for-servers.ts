import type { Server } from 'openstack-client-ts';
import { CONTROL_PLANE_GROUP, type ClusterSpec, type Expectation, machinesOf, onlyGroup } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { concurrently } from '../lib/concurrently.ts';
import { oldestFirst } from '../lib/ensure.ts';
import { poll } from '../lib/poll.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { type OwnResources, ownResources } from '../cloud/own-resources.ts';
import type { Own } from '../cloud/ownership.ts';
import { nextBatch } from './batches.ts';

/** A server that Nova could not build, and Nova's words on it. */
export interface FailedServer {
  readonly id: string;
  readonly name: string;
  readonly fault: string;
}

/** The servers of a cluster when Nova builds none of them any more. */
export interface SettledServers {
  /** Those in ERROR, fifty at most. */
  readonly failed: readonly FailedServer[];
  /**
   * By node group, the first batch that none of its machines ever came with: names of machines that are made from now
   * on are new. Empty when all is well.
   */
  readonly nextBatch: Readonly<Record<string, number>>;
  /** How many are expected beyond those that exist: somebody deleted them. */
  readonly missing: number;
}

/** Machines that an activity waits for. */
export interface ExpectedMachines {
  readonly id: string;
  readonly spec: ClusterSpec;
  /** Machines of one group, or of all. */
  readonly expected: readonly Expectation[];
}

/** Nova builds a large group in waves; half an hour is what the slowest clouds take. */
const DEADLINE_MS = 35 * 60_000;

/** More are not told: payloads stay small, and the first ones say it. */
const MAX_TOLD = 50;

/**
 * Waits until Nova builds none of the expected servers any more. One page of one server answers whether any is in
 * BUILD, so waiting for a thousand costs what waiting for one does. What to do about those that are in ERROR or missing
 * is the workflow's decision.
 */
export const waitForServers =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec, expected }: ExpectedMachines): Promise<SettledServers> => {
    const { servers } = ownResources(await clouds.get(spec.cloud), id);
    const group = onlyGroup(expected);
    const total = machinesOf(expected);
    await poll({ subject: `the ${total} servers of ${id}`, deadlineMs: DEADLINE_MS }, async () => {
      const [building] = await servers.list({ group, status: 'BUILD', atMost: 1 });
      if (building === undefined) return { done: true };
      const pending = `Nova builds ${building.name}`;
      reportProgress({ detail: pending });
      return { pending };
    });
    const present = await removeDoubles(servers, group);
    const failed = present.filter(({ status }) => status === 'ERROR').slice(0, MAX_TOLD);
    const missing = Math.max(0, total - present.length);
    const again = failed.length + missing === 0 ? [] : expected.filter((one) => one.group !== CONTROL_PLANE_GROUP);
    const next = again.map(async (one) => [one.group, await nextBatch(vault, id, one.group, present)] as const);
    return {
      failed: failed.map((server) => ({ id: server.id, name: server.name, fault: faultOf(server) })),
      missing,
      nextBatch: Object.fromEntries(await Promise.all(next)),
    };
  };

/**
 * A request that arrived although its answer was lost, and was repeated, leaves machines with the same names: the
 * oldest stay. Returns those that do.
 */
async function removeDoubles(servers: OwnResources['servers'], group: string | undefined): Promise<Own<Server>[]> {
  const byName = new Map<string, Own<Server>[]>();
  for (const server of await servers.list({ group })) {
    byName.set(server.name, [...(byName.get(server.name) ?? []), server]);
  }
  const sorted = [...byName.values()].map((same) => oldestFirst(same, ({ created }) => created ?? ''));
  const extra = sorted.flatMap((same) => same.slice(1));
  await concurrently(extra, 10, (server) => servers.remove(server));
  return sorted.flatMap((same) => same.slice(0, 1));
}

const faultOf = ({ fault, status }: Server): string => fault?.message ?? `status ${status}, without a fault`;
