import { z } from 'zod';
import { timeLimit } from '../../model/index.ts';
import { secondsSince, tell, withBench } from './bench-stack.ts';

export interface ReplaceOptions {
  readonly workers: number;
  readonly surge: string;
  readonly latency: string;
  readonly keepLogs: boolean;
}

/** All machines of a node group replaced by new ones: what it costs by the machine. */
export async function benchReplace({ workers, surge, latency, keepLogs }: ReplaceOptions) {
  return await withBench({ latency, keepLogs }, async ({ stack, clusters, sandbox, signal, left }) => {
    const name = 'bench';
    const group = 'workers';
    tell(`Creating 1 control plane and ${workers} workers…`);
    const creation = await clusters.create(
      {
        ...{ name, cloud: 'sandbox' },
        // Thousands of nodes take a /24 each.
        kubernetes: { podCidr: '10.128.0.0/9' },
        controlPlane: { count: 1 },
        nodeGroups: [{ name: group, count: workers }],
      },
      { signal },
    );
    await creation.result({ signal });
    const eventsBefore = (await clusters.historyEvents(name, { signal })).total;
    const [before, deletesBefore] = [await sandbox.calls(signal), await deletes(stack.endpoints.cloudUrl, signal)];
    const started = Date.now();
    tell(`Replacing them, ${surge} at a time…`);
    const replacement = await clusters.run('replaceNodeGroup', { name, group, maxSurge: surge }, { signal });
    const { added, removed } = await replacement.result({ signal });
    const seconds = secondsSince(started);
    const callsDelete = (await deletes(stack.endpoints.cloudUrl, signal)) - deletesBefore;
    const callsOther = (await sandbox.calls(signal)) - before - callsDelete;
    const events = await clusters.historyEvents(name, { signal });
    const deletion = await (await clusters.delete(name, { signal })).result({ signal });
    return {
      ...{ workers, surge, added, removed, callsDelete, callsOther, seconds },
      historyEvents: events.total - eventsBefore,
      largestHistory: events.largest,
      left: deletion.left.length + (await left()).length,
    };
  });
}

const countersSchema = z.looseObject({ byRoute: z.record(z.string(), z.number()) });

/** Deletions that the cloud was asked for so far. */
async function deletes(cloudUrl: string, signal: AbortSignal): Promise<number> {
  const limit = AbortSignal.any([signal, timeLimit(30_000)]);
  const response = await fetch(`${cloudUrl}/_sandbox/counters`, { signal: limit });
  const { byRoute } = countersSchema.parse(await response.json());
  const counted = Object.entries(byRoute).filter(([route]) => route.startsWith('DELETE '));
  return counted.reduce((sum, [, count]) => sum + count, 0);
}
