import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { z } from 'zod';
import type { OperationProgress, StepProgress } from '../model/index.ts';
import { unlessAbsent } from './absent-workflow.ts';
import type { CallOptions, TemporalService } from './temporal-service.ts';

/** What an activity says about itself in its heartbeat. */
const heartbeatSchema = z.looseObject({
  detail: z.string(),
  done: z.number().optional(),
  of: z.number().optional(),
});

/** The live state of one activity that runs now. */
export interface ActivityDetail {
  /** Type of the activity. */
  readonly activity: string;
  readonly detail: string;
}

/**
 * What the pending activities of a run say in their heartbeats, and how often those that fail were tried; none of a run
 * that is not there.
 */
export async function readActivityDetails(
  temporal: TemporalService,
  workflowId: string,
  options: CallOptions,
): Promise<ActivityDetail[]> {
  const { client } = temporal;
  const description = await temporal.call(
    `describe workflow ${workflowId}`,
    () => unlessAbsent(() => client.workflow.getHandle(workflowId).describe()),
    options,
  );
  const converter = client.workflow.options.loadedDataConverter;
  return Promise.all(
    (description?.raw.pendingActivities ?? []).map(async (activity): Promise<ActivityDetail> => {
      const [payload] = await decodeArrayFromPayloads(converter, activity.heartbeatDetails?.payloads);
      const heartbeat = heartbeatSchema.safeParse(payload).data;
      const failure = activity.lastFailure?.message ?? '';
      const retry =
        (activity.attempt ?? 1) > 1 && failure !== '' ? `try ${activity.attempt ?? 1}: ${oneLine(failure)}` : '';
      return {
        activity: activity.activityType?.name ?? '',
        detail: [heartbeat === undefined ? '' : describeHeartbeat(heartbeat), retry].filter(Boolean).join('; '),
      };
    }),
  );
}

/** Puts what activities say now into the steps that run. A step that has no activity of its own keeps its detail. */
export function mergeDetails(progress: OperationProgress, details: readonly ActivityDetail[]): OperationProgress {
  if (details.length === 0) return progress;
  const steps = progress.steps.map((step): StepProgress => {
    if (step.state !== 'running') return step;
    const found = details.filter(
      (activity) => activity.detail !== '' && (step.activities ?? [step.id]).includes(activity.activity),
    );
    return found.length === 0 ? step : { ...step, detail: found.map(({ detail }) => detail).join(', ') };
  });
  return { ...progress, steps };
}

function describeHeartbeat({ detail, done, of }: z.output<typeof heartbeatSchema>): string {
  return done === undefined || of === undefined ? oneLine(detail) : `${oneLine(detail)} ${done}/${of}`.trim();
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 300);
