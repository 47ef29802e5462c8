import { z } from 'zod';

/**
 * State of one step of an operation. `tolerated`: it failed, and the operation goes on without it. `skipped`: there was
 * nothing to do. `paused`: it waits for a person.
 */
const stepStateSchema = z.enum(['pending', 'running', 'paused', 'done', 'skipped', 'tolerated', 'failed', 'cancelled']);
export type StepState = z.output<typeof stepStateSchema>;

const countsSchema = z.partialRecord(stepStateSchema, z.int().min(0));
/** How many items of a step are in each state. */
export type ItemCounts = Readonly<z.output<typeof countsSchema>>;

const stepProgressSchema = z.object({
  id: z.string().describe('Its path: the ids of the steps that it belongs to and its own, with slashes between'),
  title: z.string(),
  parent: z.string().optional().describe('Id of the step this one belongs to; absent at the top of the tree'),
  state: stepStateSchema,
  startedAt: z.iso.datetime().optional(),
  endedAt: z.iso.datetime().optional(),
  detail: z.string().optional().describe('One line: what is waited for, what was made, or why it failed'),
  counts: countsSchema
    .optional()
    .describe(
      'Of a step over many items: how many are in each state. A few of those that run or failed are steps below it',
    ),
  child: z
    .object({
      workflowId: z.string(),
      share: z.number().describe('Percent of the whole operation that its steps make up'),
    })
    .optional()
    .describe('The workflow that works for it now; its steps are what its own query `progress` answers'),
});
/** One step of an operation, as a person follows it. Times are ISO 8601. */
export type StepProgress = Readonly<z.output<typeof stepProgressSchema>>;

/** Answer of the query `progress` of a running operation. */
export const operationProgressSchema = z.object({
  operation: z.string(),
  percent: z.number().describe('0 to 100; steps count by the time they usually take'),
  steps: z.array(stepProgressSchema).readonly(),
});
export type OperationProgress = Readonly<z.output<typeof operationProgressSchema>>;

/** `480 of 500 done, 2 failed`. */
export function describeCounts(counts: ItemCounts): string {
  const { done = 0, skipped = 0, tolerated = 0, failed = 0 } = counts;
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const told = [...(tolerated > 0 ? [`${tolerated} given up`] : []), ...(failed > 0 ? [`${failed} failed`] : [])];
  return [`${done + skipped} of ${all} done`, ...told].join(', ');
}

/** What stands before the number in the id of an activity: the path of the step that it works for. */
const ACTIVITY_ID = /^(.+)#\d+$/;

/** Id of the activity that a step schedules as the nth of its run. */
export const stepActivityId = (path: string, n: number): string => `${path}#${n}`;

/** Path of the step that an activity with this id works for; undefined when it works for none. */
export const pathOfActivity = (activityId: string): string | undefined => ACTIVITY_ID.exec(activityId)?.[1];

/** Path of a step below another one. */
export const stepPath = (parent: string | undefined, id: string): string =>
  parent === undefined ? id : `${parent}/${id}`;

/** The steps of a workflow as they are shown below the step of another one that they work for. */
export const stepsBelow = (id: string, steps: readonly StepProgress[]): StepProgress[] =>
  steps.map((step) => ({
    ...step,
    id: stepPath(id, step.id),
    parent: step.parent === undefined ? id : stepPath(id, step.parent),
  }));
