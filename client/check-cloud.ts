import { randomUUID } from 'node:crypto';
import {
  CHECK_CLOUD,
  checkCloudSchema,
  type CloudReport,
  cloudReportSchema,
  type ClusterSpecInput,
} from '../model/index.ts';
import { answerOf } from './answer.ts';
import { parseRequest } from './parse-request.ts';
import type { TemporalService } from './temporal-service.ts';

export interface CheckCloudOptions {
  /** A cluster that the cloud is to hold; a small one when absent. */
  readonly spec?: ClusterSpecInput | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; two minutes when absent. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Runs the workflow that looks at a cloud, or joins the one that does so already, unless it is about a specification.
 */
export async function checkCloud(
  temporal: TemporalService,
  cloud: string,
  { spec, signal, timeoutMs = 120_000 }: CheckCloudOptions,
): Promise<CloudReport> {
  const what = `check cloud ${cloud}`;
  const input = parseRequest(checkCloudSchema, { cloud, ...(spec === undefined ? {} : { spec }) }, what);
  const workflowId = `${CHECK_CLOUD}/${cloud}${spec === undefined ? '' : `/${randomUUID()}`}`;
  const question = { what, type: CHECK_CLOUD, workflowId, input, answer: cloudReportSchema };
  return answerOf(temporal, { ...question, timeoutMs, signal });
}
