import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { adoptCluster } from '../../activities/cluster/adopt-cluster.ts';
import { requestOperation } from '../../activities/cluster/request-operation.ts';
import { unknownCloud, type Clouds } from '../../activities/cloud/clouds.ts';
import { forgetCluster, keepRecord } from '../../activities/cluster/kept-clusters.ts';
import { makeWorkflowBundle } from '../../workers/workflow-bundle.ts';
import { FakeActivities } from './fake-activities.ts';
import { MemoryKv } from './memory-kv.ts';
import { startTestTemporal } from './temporal-server.ts';

/** The real workflows on a real Temporal server, with stand-ins for the activities. */
export interface WorkflowHouse {
  readonly client: Client;
  readonly activities: FakeActivities;
  readonly taskQueue: string;
  /** What is kept of clusters outside of Temporal, by path. */
  readonly kept: Map<string, unknown>;
  readonly stop: () => Promise<void>;
}

/** What tests bring about by the hundred, and look at themselves. */
const EXPECTED = new Set(['Workflow failed', 'Activity failed']);

/** Starts one, once in a process. The only cloud there is, is `sandbox`. */
export async function startWorkflowHouse(): Promise<WorkflowHouse> {
  const taskQueue = 'slipway';
  const logger = new DefaultLogger('WARN', (entry) => {
    if (!EXPECTED.has(entry.message)) console.error(entry);
  });
  Runtime.install({ logger });
  const temporal = await startTestTemporal();
  try {
    const connection = await Connection.connect({ address: temporal.address });
    const native = await NativeConnection.connect({ address: temporal.address });
    const client = new Client({ connection });
    const clouds: Pick<Clouds, 'get'> = {
      get: (name) =>
        name === 'sandbox' ? Promise.reject(new Error('not needed')) : Promise.reject(unknownCloud(name)),
    };
    const known = { ...clouds, get: (name: string) => (name === 'sandbox' ? Promise.resolve() : clouds.get(name)) };
    const kv = new MemoryKv();
    const deps = { clouds: known as unknown as Clouds, temporal: client, taskQueue, vault: { kv } };
    const activities = new FakeActivities({
      requestOperation: requestOperation(deps),
      adoptCluster: adoptCluster(deps),
      keepRecord: keepRecord(deps),
      forgetCluster: forgetCluster(deps),
    });
    const worker = await Worker.create({
      connection: native,
      taskQueue,
      workflowBundle: await makeWorkflowBundle(false, new DefaultLogger('ERROR', () => undefined)),
      activities: activities.all(),
      stickyQueueScheduleToStartTimeout: '1s',
      maxHeartbeatThrottleInterval: '200ms',
    });
    const running = worker.run();
    return {
      client,
      activities,
      kept: kv.secrets,
      taskQueue,
      stop: async () => {
        worker.shutdown();
        await running.finally(() => temporal.stop());
        await Promise.all([connection.close(), native.close()]);
      },
    };
  } catch (error) {
    await temporal.stop();
    throw error;
  }
}
