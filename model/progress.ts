import { z } from 'zod';

/**
 * State of one step of an operation. `tolerated`: it failed, and the operation goes on without it. `skipped`: there was
 * nothing to do. `paused`: it waits for a person.
 */
const stepStateSchema = z.enum(['pending', 'running', 'paused', 'done', 'skipped', 'tolerated', 'failed', 'cancelled']);
export type StepState = z.output<typeof stepStateSchema>;

const stepProgressSchema = z.object({
  id: z.string(),
  title: z.string(),
  parent: z.string().optional().describe('The step this one belongs to; absent at the top of the tree'),
  activities: z
    .array(z.string())
    .readonly()
    .optional()
    .describe('Types of the activities that work for it; absent when it is named like its only one'),
  state: stepStateSchema,
  startedAt: z.iso.datetime().optional(),
  endedAt: z.iso.datetime().optional(),
  detail: z.string().optional().describe('One line: what is waited for, what was made, or why it failed'),
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
