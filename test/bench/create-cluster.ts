import { peakMemory, secondsSince, tell, withBench } from './bench-stack.ts';

export interface CreateOptions {
  readonly controlPlanes: number;
  readonly workers: number;
  readonly latency: string;
  readonly keepLogs: boolean;
}

/** One cluster: how long its creation takes against what the cloud's own latencies allow, and what it costs. */
export async function benchCreate({ controlPlanes, workers, latency, keepLogs }: CreateOptions) {
  return await withBench({ latency, keepLogs }, async ({ stack, clusters, sandbox, signal, left }) => {
    const name = 'bench';
    const criticalPathSeconds = await sandbox.criticalPath(controlPlanes, workers, signal);
    tell(
      `Creating ${controlPlanes} control planes and ${workers} workers; the critical path is ${criticalPathSeconds} s…`,
    );
    const callsBefore = await sandbox.calls(signal);
    const started = Date.now();
    const creation = await clusters.create(
      {
        name,
        cloud: 'sandbox',
        // Thousands of nodes take a /24 each.
        kubernetes: { podCidr: '10.128.0.0/9' },
        controlPlane: { count: controlPlanes },
        nodeGroups: workers === 0 ? [] : [{ name: 'workers', count: workers }],
      },
      { signal },
    );
    await creation.result({ signal });
    const wallSeconds = secondsSince(started);
    const openstackCalls = (await sandbox.calls(signal)) - callsBefore;
    const events = await clusters.historyEvents(name, { signal });
    tell(`Ready after ${wallSeconds} s: ${openstackCalls} OpenStack calls, ${events.total} events. Deleting it…`);

    const deleteStarted = Date.now();
    const deletion = await (await clusters.delete(name, { signal })).result({ signal });
    const deleteSeconds = secondsSince(deleteStarted);
    const after = await clusters.historyEvents(name, { signal });
    const worker = stack.workers()[0];
    return {
      wallSeconds,
      criticalPathSeconds,
      ratio: criticalPathSeconds === 0 ? null : Math.round((wallSeconds / criticalPathSeconds) * 1000) / 1000,
      openstackCalls,
      historyEvents: events.total,
      largestHistory: after.largest,
      deleteSeconds,
      totalOpenstackCalls: (await sandbox.calls(signal)) - callsBefore,
      totalHistoryEvents: after.total,
      left: deletion.left.length + (await left()).length,
      workerRssMiB: worker === undefined ? undefined : await peakMemory(worker.identity.pid),
    };
  });
}
