import type { Server } from 'openstack-client-ts';
import { type ClusterSpec, type LeftResource } from '../../model/index.ts';
import { concurrently } from '../lib/concurrently.ts';
import { poll } from '../lib/poll.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { type OwnResources, ownResources } from '../cloud/own-resources.ts';
import type { FailedServer } from './wait-for-servers.ts';

/** Deletions under way at once: more do not help, Nova's conductors take them one by one. */
const AT_ONCE = 20;
const DEADLINE_MS = 15 * 60_000;

/** What a deletion step removed, by type of resource. */
export interface Removed {
  readonly removed: Readonly<Record<string, number>>;
}

/** Deletes the given servers, as far as they carry the cluster's mark, and waits until they are gone. */
export const deleteServers =
  ({ clouds }: { clouds: Clouds }) =>
  async ({
    id,
    spec,
    servers,
  }: {
    id: string;
    spec: ClusterSpec;
    servers: readonly Pick<FailedServer, 'id' | 'name'>[];
  }): Promise<void> => {
    if (servers.length === 0) return;
    const given = new Set(servers.map((server) => server.id));
    await removeServers(ownResources(await clouds.get(spec.cloud), id), id, {
      chosen: (server) => given.has(server.id),
    });
  };

/** Deletes every server that carries the cluster's mark, and waits until none is left. */
export const deleteAllServers =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<Removed> =>
    removeServers(ownResources(await clouds.get(spec.cloud), id), id);

/** Which servers to remove: all of the cluster unless said otherwise. */
interface Which {
  /** Of this machine group only. */
  readonly group?: string;
  readonly chosen?: (server: { readonly id: string }) => boolean;
}

/** Deletes those servers of a cluster that are chosen, and waits until they are gone. */
export async function removeServers(
  { servers }: OwnResources,
  id: string,
  { group, chosen = () => true }: Which = {},
): Promise<Removed> {
  const asked = new Set<string>();
  await poll({ subject: `the servers of ${id} to be gone`, deadlineMs: DEADLINE_MS }, async () => {
    const left = (await servers.list({ group })).filter(chosen);
    if (left.length === 0) return { done: true };
    const fresh = left.filter((server) => !asked.has(server.id));
    await concurrently(fresh, AT_ONCE, async (server) => {
      await servers.remove(server);
      asked.add(server.id);
    });
    const pending = `${left.length} servers are left`;
    reportProgress({ detail: pending, done: asked.size - left.length, of: asked.size });
    return { pending };
  });
  return { removed: asked.size === 0 ? {} : { server: asked.size } };
}

/** The cluster's servers that are still there. */
export async function remainingServers({ servers }: OwnResources): Promise<LeftResource[]> {
  const { own, disputed } = await servers.listAll();
  const left = (server: Server, reason: string): LeftResource => {
    return { service: 'compute', type: 'server', id: server.id, name: server.name, reason };
  };
  return [
    ...own.map((server) => left(server, server.fault?.message ?? stateOf(server))),
    ...disputed.map((server) => left(server, 'it carries the mark of another cluster, too: not touched')),
  ];
}

function stateOf({ status, 'OS-EXT-STS:task_state': task }: Server): string {
  return `status ${status}${task ? `, ${task}` : ''}`;
}
