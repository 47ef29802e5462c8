import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import {
  type addonsSchema,
  type AddonsLook,
  addonsLookSchema,
  LOOK_AT_ADDONS,
  lookAtAddonsSchema,
} from '../model/index.ts';
import { answerOf } from './answer.ts';
import type { FoundCluster } from './cluster-reader.ts';
import { parseRequest } from './parse-request.ts';
import type { TemporalService } from './temporal-service.ts';

export interface AddonsLookOptions {
  /** The addons that are compared with what is installed; those of the cluster's specification when absent. */
  readonly addons?: z.input<typeof addonsSchema> | undefined;
  /** Say what each addon would change, by a dry run. */
  readonly diff?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; ten minutes when absent. */
  readonly timeoutMs?: number | undefined;
}

/** Runs the workflow that looks at the addons of a cluster from where a worker runs. */
export async function lookAtAddons(
  temporal: TemporalService,
  { name, id, spec }: FoundCluster,
  { addons, diff = false, signal, timeoutMs = 600_000 }: AddonsLookOptions,
): Promise<AddonsLook> {
  const what = `look at the addons of cluster ${name}`;
  const compared = addons === undefined ? spec : { ...spec, addons };
  const input = parseRequest(lookAtAddonsSchema, { id, spec: compared, diff }, what);
  const workflowId = `${LOOK_AT_ADDONS}/${name}/${randomUUID()}`;
  return answerOf(temporal, {
    what,
    type: LOOK_AT_ADDONS,
    workflowId,
    input,
    answer: addonsLookSchema,
    timeoutMs,
    signal,
  });
}
