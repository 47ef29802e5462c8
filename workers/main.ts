import { createActivities } from '../activities/index.ts';
import { runProcess } from '../service/process.ts';
import { defaultBuildId } from './code.ts';
import { cacheFolder, loadWorkerConfiguration } from './configuration.ts';
import { collectGarbageSooner } from './memory.ts';
import { runWorker } from './worker-process.ts';
import { loadWorkflowBundle } from './workflow-bundle.ts';

collectGarbageSooner();

/** The worker process with Slipway's own workflows and activities. */
await runProcess(() =>
  runWorker(loadWorkerConfiguration(), {
    buildId: defaultBuildId,
    workflowBundle: (codec, logger) => loadWorkflowBundle(codec, cacheFolder(), logger),
    createActivities,
  }),
);
