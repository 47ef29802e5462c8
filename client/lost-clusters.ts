import { randomUUID } from 'node:crypto';
import {
  ADOPT_CLUSTER,
  adoptClusterSchema,
  type AdoptClusterResult,
  adoptClusterResultSchema,
  FIND_ORPHANS,
  findOrphansSchema,
  type OrphanReport,
  orphanReportSchema,
} from '../model/index.ts';
import { answerOf } from './answer.ts';
import { parseRequest } from './parse-request.ts';
import type { TemporalService } from './temporal-service.ts';

export interface AdoptOptions {
  /** Which one, when several of this name have lost their workflows. */
  readonly id?: string | undefined;
  /** Its cloud, when Vault holds no specification of it. */
  readonly cloud?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface OrphanOptions {
  /** The clouds to look at; all in Vault when absent. */
  readonly clouds?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

const ADOPT_MS = 2 * 60_000;
/** A cloud with thousands of servers takes a while to be listed. */
const FIND_MS = 15 * 60_000;

/** Makes the lost workflow of a cluster anew, and waits until it runs. */
export async function adoptCluster(
  temporal: TemporalService,
  name: string,
  { id, cloud, signal }: AdoptOptions,
): Promise<AdoptClusterResult> {
  const what = `adopt cluster ${name}`;
  const given = { name, ...(id === undefined ? {} : { id }), ...(cloud === undefined ? {} : { cloud }) };
  const input = parseRequest(adoptClusterSchema, given, what);
  return answerOf(temporal, {
    what,
    type: ADOPT_CLUSTER,
    workflowId: `${ADOPT_CLUSTER}/${id ?? name}`,
    input,
    answer: adoptClusterResultSchema,
    timeoutMs: ADOPT_MS,
    signal,
  });
}

/** Lists every cluster that no running workflow answers for. Changes nothing. */
export async function findOrphans(temporal: TemporalService, { clouds, signal }: OrphanOptions): Promise<OrphanReport> {
  const what = 'look for clusters without a workflow';
  const input = parseRequest(findOrphansSchema, clouds === undefined ? {} : { clouds: [...clouds] }, what);
  // Everything is one question; some clouds are another for each who asks.
  const workflowId = clouds === undefined ? FIND_ORPHANS : `${FIND_ORPHANS}/${randomUUID()}`;
  const question = { what, type: FIND_ORPHANS, workflowId, input, answer: orphanReportSchema };
  return answerOf(temporal, { ...question, timeoutMs: FIND_MS, signal });
}
