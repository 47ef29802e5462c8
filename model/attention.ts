import { z } from 'zod';

/** That a running operation waits for a person. It ends with `resume` or `abort`. */
export const attentionSchema = z.object({
  kind: z
    .enum(['Paused', 'Blocked'])
    .describe('Somebody paused it, or something that only people can change blocks it'),
  reason: z.string().describe('One or two sentences: what holds it, and what can be done'),
  since: z.iso.datetime(),
});
export type Attention = Readonly<z.output<typeof attentionSchema>>;
export type AttentionKind = Attention['kind'];

/** What the operation's workflow signals to its cluster's. */
export interface AttentionChange {
  /** Workflow id of the operation. */
  readonly workflowId: string;
  /** Absent: it goes on. */
  readonly attention?: Attention;
}
