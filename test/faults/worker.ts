import { createActivities } from '../../activities/index.ts';
import { defaultBuildId } from '../../workers/code.ts';
import { cacheFolder, loadWorkerConfiguration } from '../../workers/configuration.ts';
import { runProcess } from '../../service/process.ts';
import { runWorker } from '../../workers/worker-process.ts';
import { loadWorkflowBundle } from '../../workers/workflow-bundle.ts';
import { careless } from './careless-activities.ts';
import { tagCalls } from './tag-calls.ts';

/**
 * Slipway's worker, whose requests say which activity sent them. An argument names activities that are replaced by
 * careless ones.
 */
tagCalls();
await runProcess(() =>
  runWorker(loadWorkerConfiguration(), {
    buildId: defaultBuildId,
    workflowBundle: (codec, logger) => loadWorkflowBundle(codec, cacheFolder(), logger),
    createActivities: (deps) => ({ ...createActivities(deps), ...careless(process.argv.slice(2), deps) }),
  }),
);
