import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackgroundProcess } from '../../local/process.ts';
import { freePorts } from '../../local/ports.ts';
import { startTemporalServer } from '../../local/temporal-server.ts';
import { findTool } from '../../local/tools.ts';
import { type Bench, secondsSince, tell, withBench } from './bench-stack.ts';
import { withEvery } from './with-every.ts';

export interface AdoptOptions {
  readonly clusters: number;
  readonly latency: string;
  readonly keepLogs: boolean;
}

/** Temporal's database is deleted under many clusters; all of them are found, adopted as they were, and deleted. */
export async function benchAdopt({ clusters: count, latency, keepLogs }: AdoptOptions) {
  return await withBench({ latency, keepLogs, persistent: true }, async (bench) => {
    const { clusters, signal, left } = bench;
    const names = Array.from({ length: count }, (_, index) => `adopt-${index + 1}`);
    tell(`Creating ${count} clusters of 1 + 2…`);
    const created = await withEvery(bench, names, 'ready', async (name) => {
      const creation = await clusters.create(
        { name, cloud: 'sandbox', controlPlane: { count: 1 }, nodeGroups: [{ name: 'workers', count: 2 }] },
        { signal },
      );
      await creation.result({ signal });
    });
    const ids = new Map(await Promise.all(names.map(async (name) => [name, (await clusters.get(name))?.id] as const)));
    const resources = (await left()).length;
    tell(`${created.done} of ${count} Ready, ${resources} resources. Deleting Temporal’s database…`);
    const temporal = await emptyTemporal(bench);
    await restartWorkers(bench);
    try {
      const started = Date.now();
      const { orphans } = await clusters.findOrphans({ signal });
      tell(`${orphans.length} clusters have no workflow. Adopting them…`);
      const adopted = await withEvery(
        bench,
        orphans.map(({ name }) => name),
        'adopted',
        async (name) => {
          await clusters.adopt(name, { signal });
          const found = await clusters.get(name, { signal });
          if (found?.id !== ids.get(name) || found?.phase !== 'Ready')
            throw new Error(`${name} is ${found?.id ?? 'not there'}, ${found?.phase ?? ''}`);
        },
      );
      const seconds = secondsSince(started);
      const changed = Math.abs((await left()).length - resources);

      tell(`Adopted after ${seconds} s. Deleting them…`);
      const deleteStarted = Date.now();
      const deleted = await withEvery(bench, names, 'deleted', async (name) => {
        const { left: remaining } = await (await clusters.delete(name, { signal })).result({ signal });
        if (remaining.length > 0) throw new Error(`${remaining.length} resources of ${name} are left`);
      });
      const { total } = await clusters.findOrphans({ signal });
      return {
        clusters: count,
        ready: created.done,
        orphans: orphans.length,
        adopted: adopted.done,
        changed,
        deleted: deleted.done,
        left: (await left()).length + total,
        seconds,
        deleteSeconds: secondsSince(deleteStarted),
        failures: [...new Set([...created.failures, ...adopted.failures, ...deleted.failures])].slice(0, 5),
      };
    } finally {
      await temporal.stop();
    }
  });
}

/**
 * As the how-to says: an empty Temporal knows no build of a worker's, and a worker makes its build known when it
 * starts.
 */
async function restartWorkers({ stack, signal }: Bench): Promise<void> {
  await Promise.all(
    stack.workers().map(async (worker) => {
      await worker.stop();
      await stack.addWorker(signal);
    }),
  );
}

/** Stops Temporal, deletes its database, and starts it as a new one on the same port. */
async function emptyTemporal({ stack, directory, guard, signal }: Bench): Promise<BackgroundProcess> {
  const old = stack.processes().find(({ title }) => title === 'Temporal');
  if (old === undefined) throw new Error('the stack has no Temporal');
  await old.stop();
  for (const ending of ['', '-wal', '-shm']) await rm(join(directory, `temporal.db${ending}`), { force: true });
  const portOf = (address: string) => Number(new URL(address).port);
  const { temporalAddress, temporalUi } = stack.endpoints;
  const [http = 0] = await freePorts(1);
  const ports = { grpc: portOf(`http://${temporalAddress}`), http, ui: portOf(temporalUi) };
  const { path: program } = await findTool('temporal', { signal });
  return await startTemporalServer({ program, directory, persistent: true, ports, guard }, signal);
}
