import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { z } from 'zod';
import { type OperationProgress, pathOfActivity, type StepProgress, stepsBelow } from '../model/index.ts';
import { unlessAbsent } from './absent-workflow.ts';
import type { CallOptions, TemporalService } from './temporal-service.ts';

/** What an activity says about itself in its heartbeat. */
const heartbeatSchema = z.looseObject({
  detail: z.string(),
  done: z.number().optional(),
  of: z.number().optional(),
});

/** What activities of one step are told to say at the same time. */
const MOST_TOLD = 5;

/** The live state of one activity that runs now. */
export interface ActivityDetail {
  /** Id of the step that it works for. */
  readonly step: string;
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
        step: pathOfActivity(activity.activityId ?? '') ?? '',
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
    const found = details.filter((activity) => activity.detail !== '' && activity.step === step.id);
    if (found.length === 0) return step;
    const told = found.slice(0, MOST_TOLD).map(({ detail }) => detail);
    const more = found.length > MOST_TOLD ? [`and ${found.length - MOST_TOLD} more`] : [];
    return { ...step, detail: [...told, ...more].join(', ') };
  });
  return { ...progress, steps };
}

/** The steps of an operation with those of the workflows that work for them, by the ids of their steps. */
export function withChildren(
  progress: OperationProgress,
  children: ReadonlyMap<string, OperationProgress>,
): OperationProgress {
  const share = (step: StepProgress): number =>
    step.state === 'running' || step.state === 'paused'
      ? ((step.child?.share ?? 0) * (children.get(step.id)?.percent ?? 0)) / 100
      : 0;
  const percent = progress.percent + progress.steps.reduce((sum, step) => sum + share(step), 0);
  return {
    ...progress,
    percent: Math.min(100, Math.floor(percent)),
    steps: progress.steps.flatMap((step) => [step, ...stepsBelow(step.id, children.get(step.id)?.steps ?? [])]),
  };
}

function describeHeartbeat({ detail, done, of }: z.output<typeof heartbeatSchema>): string {
  return done === undefined || of === undefined ? oneLine(detail) : `${oneLine(detail)} ${done}/${of}`.trim();
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 300);
