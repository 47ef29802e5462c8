import { z } from 'zod';
import { clusterIdSchema } from './cluster-id.ts';
import { type ClusterPhase, clusterPhases } from './cluster-phase.ts';
import { type ClusterSpec, clusterSpecSchema } from './cluster-spec.ts';
import { endedOperationSchema, outcomeSchema } from './cluster-state.ts';
import { createClusterResultSchema } from './created-cluster.ts';
import type { OperationFailure } from './failures.ts';
import { isFields } from './fields.ts';
import { clusterNameOf } from './names.ts';
import { observedSchema } from './observed.ts';
import type { OperationRequest } from './operation-messages.ts';
import { sameSpec } from './same-spec.ts';
import {
  declarationOf,
  endsCluster,
  type OperationName,
  operationNames,
  type OperationResult,
} from './operations/index.ts';
import { migrateRecord, RECORD_SCHEMA } from './record-migrations.ts';

const text = z.string().min(1);
const operationName = z.enum(operationNames());
// Written by this code base, from values of these types.
const failure = z.custom<OperationFailure>(isFields, 'must be an object');
const result = z.custom<OperationResult<OperationName>>(isFields, 'must be an object');

/** The longest list of requests that one operation answers, and of operations that wait. */
const MANY = 1_000;

/** How many operations that have ended a record remembers. */
const REMEMBERED = 20;

const callerSchema = z.strictObject({ workflowId: text, requestId: text });

/** An operation that waits for its turn, and everybody who asked for it. */
const queuedSchema = z.strictObject({
  operation: operationName,
  input: z.custom<OperationRequest['input']>(isFields, 'must be an object'),
  callers: z.array(callerSchema).max(MANY),
});

/**
 * All that a cluster's workflow knows: its input, at its start and when it continues as new. Plain JSON, a few KiB, no
 * per-node lists. A record of an older schema is brought to this one as it is parsed.
 */
export const clusterRecordSchema = z.preprocess(
  migrateRecord,
  z
    .strictObject({
      schema: z.literal(RECORD_SCHEMA),
      id: clusterIdSchema,
      spec: clusterSpecSchema.describe('What is wanted, with the defaults of the day on which it was asked for'),
      digest: text.optional().describe('SHA-256 of the specification as it was written for the creation'),
      observed: observedSchema.optional(),
      createdAt: z.iso.datetime(),
      adoptedAt: z.iso.datetime().optional().describe('When the workflow was made anew from what is kept'),
      createdBy: text.optional().describe('Workflow id of the run that asked for the cluster'),
      created: createClusterResultSchema
        .optional()
        .describe('Result of the creation; the same request again has the same'),
      phase: z.enum(clusterPhases),
      operations: z.int().min(0).describe('How many operations were started'),
      history: z
        .array(endedOperationSchema.strict())
        .max(REMEMBERED)
        .describe('The last operations that have ended, the latest last'),
      answer: z
        .strictObject({
          requestIds: z.array(text).max(MANY),
          outcome: outcomeSchema,
          result: result.optional(),
          failure: failure.optional(),
        })
        .optional()
        .describe('How the last operation ended, for those who ask again'),
      queue: z.array(queuedSchema).max(MANY),
    })
    .refine(({ id, spec }) => clusterNameOf(id) === spec.name, { path: ['id'], message: 'is not one of this name' }),
);

export type ClusterRecord = Readonly<z.output<typeof clusterRecordSchema>>;
/** Somebody who asked for an operation and is told when it ended. */
export type Caller = Readonly<z.output<typeof callerSchema>>;
export type QueuedOperation = Readonly<z.output<typeof queuedSchema>>;
type RememberedOperation = ClusterRecord['history'][number];

/** The secret at `vaultPaths(id).specification`: what brings a cluster's workflow back when Temporal has lost it. */
export const keptClusterSchema = z.looseObject({ record: clusterRecordSchema });

/** Of a record, what is kept outside of Temporal: not who waits for what. */
export function toKeep(record: ClusterRecord): ClusterRecord {
  const kept = { ...record, queue: [] };
  delete kept.answer;
  return kept;
}

/** The operation that ended last. */
export const lastOperation = ({ history }: ClusterRecord): RememberedOperation | undefined => history.at(-1);

/** A failure that is no longer the last one is remembered by its first words. */
const MAX_REMEMBERED_WORDS = 300;

/** The history with one more operation that has ended; the oldest is forgotten. */
export function remember(history: ClusterRecord['history'], ended: RememberedOperation): ClusterRecord['history'] {
  const earlier = history.slice(1 - REMEMBERED).map((one) => {
    if (one.failure === undefined) return one;
    const { type, message } = one.failure;
    return { ...one, failure: { type, message: message.slice(0, MAX_REMEMBERED_WORDS) } };
  });
  return [...earlier, ended];
}

const declarations = operationNames().map(declarationOf);
const isRunningPhase = (phase: ClusterPhase): boolean => declarations.some(({ phases }) => phases.running === phase);

/**
 * Whether what is kept knows of more than this record, whose next operation is about to start: then the workflow was
 * reset to an earlier state.
 */
export function isAhead(kept: ClusterRecord, record: ClusterRecord): boolean {
  const done = !isRunningPhase(kept.phase) && lastOperation(kept)?.outcome === 'completed';
  return kept.operations > record.operations || (kept.operations === record.operations && done);
}

/**
 * What is kept of a cluster that has lost its workflow, as the record of a new one. What ran when it was lost has
 * failed.
 */
export function adopt(kept: ClusterRecord, adoptedAt: string): ClusterRecord {
  const cut = declarations.find(({ phases }) => phases.running === kept.phase);
  return { ...toKeep(kept), adoptedAt, phase: cut?.phases.failed ?? kept.phase };
}

/** The record of a cluster that was only asked for. */
export const newRecord = (id: string, spec: ClusterSpec, createdAt: string, digest?: string): ClusterRecord => ({
  ...{ schema: RECORD_SCHEMA, id, spec, createdAt },
  ...(digest === undefined ? {} : { digest }),
  phase: 'Creating',
  operations: 0,
  history: [],
  queue: [],
});

/**
 * Whether a request asks for what waits or runs already on a cluster: the same request, the same wish of the same
 * caller in another run, or one that may join.
 */
export function sameRequest(
  { digest }: Pick<ClusterRecord, 'digest'>,
  { operation, input, callers }: QueuedOperation,
  request: OperationRequest,
): boolean {
  if (operation !== request.operation) return false;
  if (endsCluster(operation) || callers.some(({ requestId }) => requestId === request.requestId)) return true;
  const isSameCaller = callers.some(({ workflowId }) => workflowId === request.requestedBy);
  return isSameCaller && sameSpec({ digest: request.digest, spec: request.input }, { digest, spec: input });
}
