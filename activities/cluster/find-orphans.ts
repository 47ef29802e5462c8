import type { Client } from '@temporalio/client';
import { cancellationSignal } from '@temporalio/activity';
import {
  clusterNameOf,
  MAX_ORPHANS,
  type Orphan,
  type OrphanReport,
  type FindOrphansInput,
} from '../../model/index.ts';
import { concurrently } from '../lib/concurrently.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { type MarkedCluster, markedClusters } from '../cloud/marked-clusters.ts';
import { type KeptClusters, keptIds, readKept } from './kept-clusters.ts';
import { findWorkflowOf } from './cluster-workflows.ts';

/** Questions to Temporal and Vault under way at once. */
const AT_ONCE = 10;

/**
 * Says which clusters have something in a cloud or in Vault, and no workflow that answers for it. Changes nothing. A
 * cloud that cannot be looked at is told as a problem.
 */
export const findOrphans =
  ({ clouds, vault, temporal }: { clouds: Clouds; vault: KeptClusters; temporal: Client }) =>
  async ({ clouds: wanted }: FindOrphansInput): Promise<OrphanReport> => {
    const signal = cancellationSignal();
    const names = wanted ?? (await vault.kv.list('clouds', signal));
    const marked: MarkedCluster[] = [];
    const problems: { cloud: string; message: string }[] = [];
    await concurrently(names, 3, async (name) => {
      reportProgress({ detail: `looking at cloud ${name}` });
      try {
        marked.push(...(await markedClusters(await clouds.get(name))));
      } catch (error) {
        signal.throwIfAborted();
        problems.push({ cloud: name, message: error instanceof Error ? error.message : String(error) });
      }
    });

    const ids = new Set([...marked.map(({ id }) => id), ...(await keptIds(vault, signal))]);
    const orphans: Orphan[] = [];
    await concurrently([...ids], AT_ONCE, async (id) => {
      const name = clusterNameOf(id);
      if ((await findWorkflowOf(temporal, id, name)) !== undefined) return;
      const kept = await readKept(vault, signal, id);
      const found = marked.filter((one) => one.id === id);
      // On another cloud than those that were asked for.
      if (found.length === 0 && wanted !== undefined && (kept === undefined || !wanted.includes(kept.spec.cloud)))
        return;
      // What another workflow has just removed or taken is none.
      if ((await findWorkflowOf(temporal, id, name)) !== undefined) return;
      const places = found.length > 0 ? found : [{ ...NOTHING, cloud: kept?.spec.cloud ?? '' }];
      for (const place of places) {
        const createdAt = kept?.createdAt ?? place.createdAt;
        orphans.push({
          ...{ id, name, cloud: place.cloud, resources: place.resources, servers: place.servers },
          ...{ vcpus: place.vcpus, ramMiB: place.ramMiB, volumesGiB: place.volumesGiB, kept: kept !== undefined },
          ...(createdAt === undefined ? {} : { createdAt }),
          ...(kept === undefined ? {} : { phase: kept.phase }),
        });
      }
    });
    orphans.sort((a, b) => a.id.localeCompare(b.id) || a.cloud.localeCompare(b.cloud));
    return { clouds: names.length, orphans: orphans.slice(0, MAX_ORPHANS), total: orphans.length, problems };
  };

const NOTHING = {
  ...{ resources: {}, servers: 0, vcpus: 0, ramMiB: 0, volumesGiB: 0 },
  createdAt: undefined as string | undefined,
};
