import { CHECK_CLOUD, checkCloudSchema, type CloudReport } from '../model/index.ts';
import { waitForResult } from './operation-handle.ts';
import { parseRequest } from './parse-request.ts';
import type { TemporalService } from './temporal-service.ts';

export interface CheckCloudOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; two minutes when absent. */
  readonly timeoutMs?: number | undefined;
}

/** Runs the workflow that looks at a cloud, or joins the one that does so already. */
export async function checkCloud(
  temporal: TemporalService,
  cloud: string,
  { signal, timeoutMs = 120_000 }: CheckCloudOptions,
): Promise<CloudReport> {
  const what = `check cloud ${cloud}`;
  const input = parseRequest(checkCloudSchema, { cloud }, what);
  const workflowId = `${CHECK_CLOUD}/${cloud}`;
  const started = await temporal.call(
    what,
    () =>
      temporal.client.workflow.start<(input: unknown) => Promise<CloudReport>>(CHECK_CLOUD, {
        workflowId,
        taskQueue: temporal.taskQueue,
        args: [input],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowExecutionTimeout: timeoutMs,
        staticSummary: `Check cloud ${cloud}`,
      }),
    { signal, workflowId },
  );
  return waitForResult<CloudReport>(temporal, what, workflowId, started.firstExecutionRunId, { signal, timeoutMs });
}
