import { type ClusterSpec, type LeftResource } from '../../model/index.ts';
import { concurrently } from '../lib/concurrently.ts';
import { poll } from '../lib/poll.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Cloud, Clouds } from './clouds.ts';
import { timeLeft } from '../lib/step-deadline.ts';
import { call, machinesOf } from './session.ts';
import type { FailedServer } from './wait-for-servers.ts';

/** Deletions under way at once: more do not help, Nova's conductors take them one by one. */
const AT_ONCE = 20;
const DEADLINE_MS = 15 * 60_000;

/** What a deletion step removed, by type of resource. */
export interface Removed {
  readonly removed: Readonly<Record<string, number>>;
}

/** Deletes the given servers of a cluster and waits until they are gone. */
export const deleteServers =
  ({ clouds }: { clouds: Clouds }) =>
  async ({
    cloud: name,
    servers,
  }: {
    cloud: string;
    servers: readonly Pick<FailedServer, 'id' | 'name'>[];
  }): Promise<void> => {
    const { client } = await clouds.get(name);
    await concurrently(servers, AT_ONCE, async ({ id }) => {
      await client.compute.servers.delete(id, { ...call(), missingOk: true });
      await client.compute.servers.waitGone(id, { ...call(), deadlineMs: timeLeft(DEADLINE_MS) });
    });
  };

/** Activity: {@link removeAllServers}. */
export const deleteAllServers =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<Removed> =>
    removeAllServers(await clouds.get(spec.cloud), id);

/** Deletes every server that carries the cluster's mark, and waits until none is left. */
export async function removeAllServers({ client }: Cloud, id: string): Promise<Removed> {
  const { servers } = client.compute;
  const asked = new Set<string>();
  await poll({ subject: `the servers of ${id} to be gone`, deadlineMs: DEADLINE_MS }, async () => {
    const left = await servers.listBrief(machinesOf(id), call());
    if (left.length === 0) return { done: true };
    const fresh = left.filter((server) => !asked.has(server.id));
    await concurrently(fresh, AT_ONCE, async (server) => {
      await servers.delete(server.id, { ...call(), missingOk: true });
      asked.add(server.id);
    });
    const pending = `${left.length} servers are left`;
    reportProgress({ detail: pending, done: asked.size - left.length, of: asked.size });
    return { pending };
  });
  return { removed: asked.size === 0 ? {} : { server: asked.size } };
}

/** The cluster's servers that are still there. */
export async function remainingServers({ client }: Cloud, id: string): Promise<LeftResource[]> {
  const servers = await client.compute.servers.list(machinesOf(id), call());
  return servers.map((server) => ({
    service: 'compute',
    type: 'server',
    id: server.id,
    name: server.name,
    reason:
      server.fault?.message ??
      `status ${server.status}${server['OS-EXT-STS:task_state'] ? `, ${server['OS-EXT-STS:task_state']}` : ''}`,
  }));
}
