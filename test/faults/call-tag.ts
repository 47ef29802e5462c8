import { z } from 'zod';

/** Header in which a worker of the fault matrix says which activity sends a request. Proxies take it off again. */
export const CALL_HEADER = 'x-slipway-call';

/** How the names of clusters begin whose calls are recorded. */
export const RECORDING = 'recording-';

/** Who sends a request. */
export const callTagSchema = z.object({
  /** Name of the activity. */
  activity: z.string(),
  /** Of which workflow it is. */
  workflowId: z.string(),
  attempt: z.number(),
  /** The worker's process. */
  pid: z.number(),
  /** The lines of Slipway that sent it, the innermost first; of recordings only. */
  from: z.string().optional(),
});
export type CallTag = z.output<typeof callTagSchema>;
