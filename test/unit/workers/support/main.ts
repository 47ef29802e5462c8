import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { failureConverterPath } from '../../../../temporal/index.ts';
import { loadWorkerConfiguration } from '../../../../workers/configuration.ts';
import { runProcess } from '../../../../service/process.ts';
import { runWorker } from '../../../../workers/worker-process.ts';
import { createTestActivities } from './activities.ts';

/** The worker process, with workflows and activities of the tests' own. */
await runProcess(() => {
  const configuration = loadWorkerConfiguration();
  const buildId = configuration.buildId ?? 'test';
  return runWorker(configuration, {
    buildId: () => Promise.resolve(buildId),
    workflowBundle: (codec, logger) =>
      bundleWorkflowCode({
        workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
        ...(codec ? { failureConverterPath: failureConverterPath() } : {}),
        logger,
      }),
    createActivities: () => createTestActivities(buildId),
  });
});
