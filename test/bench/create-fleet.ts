import { peakMemory, secondsSince, withBench, tell } from './bench-stack.ts';
import { withEvery } from './with-every.ts';

export interface FleetOptions {
  readonly clusters: number;
  readonly latency: string;
  readonly keepLogs: boolean;
}

/** Many clusters of one control plane and two workers, asked for at once, on one worker. */
export async function benchFleet({ clusters: count, latency, keepLogs }: FleetOptions) {
  return await withBench({ latency, keepLogs }, async (bench) => {
    const { stack, clusters, sandbox, signal, left } = bench;
    const names = Array.from({ length: count }, (_, index) => `fleet-${index + 1}`);
    const callsBefore = await sandbox.calls(signal);
    tell(`Creating ${count} clusters of 1 + 2…`);
    const started = Date.now();
    const created = await withEvery(bench, names, 'ready', async (name) => {
      const handle = await clusters.create(
        { name, cloud: 'sandbox', controlPlane: { count: 1 }, nodeGroups: [{ name: 'workers', count: 2 }] },
        { signal },
      );
      await handle.result({ signal });
    });
    const seconds = secondsSince(started);
    const openstackCalls = (await sandbox.calls(signal)) - callsBefore;
    const sample = await clusters.historyEvents(names[0] ?? '', { signal });
    tell(`${created.done} of ${count} Ready after ${seconds} s. Deleting them…`);

    const deleteStarted = Date.now();
    const deleted = await withEvery(bench, names, 'deleted', async (name) => {
      const { left: remaining } = await (await clusters.delete(name, { signal })).result({ signal });
      if (remaining.length > 0) throw new Error(`${remaining.length} resources of ${name} are left`);
    });
    const worker = stack.workers()[0];
    return {
      clusters: count,
      ready: created.done,
      seconds,
      workerRssMiB: worker === undefined ? undefined : await peakMemory(worker.identity.pid),
      openstackCallsPerCluster: Math.round(openstackCalls / count),
      historyEventsPerCluster: sample.total,
      deleted: deleted.done,
      deleteSeconds: secondsSince(deleteStarted),
      left: (await left()).length,
      failures: [...new Set([...created.failures, ...deleted.failures])].slice(0, 5),
    };
  });
}
