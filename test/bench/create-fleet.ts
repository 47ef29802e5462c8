import { peakMemory, secondsSince, tell, withBench, type Bench } from './bench-stack.ts';

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
    const created = await all(bench, names, 'ready', async (name) => {
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
    const deleted = await all(bench, names, 'deleted', async (name) => {
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

/** How many requests are sent at the same moment; all operations run at once all the same. */
const SENDERS = 20;

/** Does something with every name, tells how far it is, and goes on past failures. */
async function all(
  { signal }: Bench,
  names: readonly string[],
  what: string,
  work: (name: string) => Promise<void>,
): Promise<{ readonly done: number; readonly failures: readonly string[] }> {
  let done = 0;
  const failures: string[] = [];
  const started = Date.now();
  const report = () => {
    const line = `${done} of ${names.length} ${what}, ${failures.length} failed, ${secondsSince(started)} s`;
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  };
  const timer = setInterval(report, process.stderr.isTTY ? 500 : 10_000);
  const running: Promise<void>[] = [];
  try {
    for (const [index, name] of names.entries()) {
      signal.throwIfAborted();
      running.push(
        work(name).then(
          () => void (done += 1),
          (error: unknown) => void failures.push(error instanceof Error ? error.message : String(error)),
        ),
      );
      // A short pause between handfuls keeps the first requests from waiting for the last.
      if (index % SENDERS === SENDERS - 1) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await Promise.all(running);
  } finally {
    clearInterval(timer);
  }
  report();
  if (process.stderr.isTTY) tell('');
  return { done, failures };
}
