import {
  type ClusterRecord,
  declarationOf,
  endsCluster,
  FailureType,
  type InputIssue,
  type OperationDeclaration,
  type OperationEnd,
  type OperationRequest,
  type Desire,
  describeIssues,
  parseInput,
  type Refusal,
  type QueuedOperation,
  sameRequest,
} from '../../model/index.ts';

/** How many operations may wait for their turn. */
export const MAX_QUEUE = 10;

/** How many wishes an operation takes over: what waits behind it has its turn some day. */
export const MAX_HANDED = 100;

/** An operation that runs, and how many wishes it was handed until now. */
export type RunningEntry = QueuedOperation & { readonly handed?: number };

/** What the cluster does with a request. */
export type Decision =
  | ({ readonly kind: 'refuse' } & Refusal)
  /** It has ended before, for the same caller. */
  | { readonly kind: 'ended'; readonly ended: OperationEnd }
  /** It is what runs or waits already. */
  | { readonly kind: 'join'; readonly entry: QueuedOperation }
  /** It and one that waits are one wish. */
  | { readonly kind: 'merge'; readonly entry: QueuedOperation; readonly input: QueuedOperation['input'] }
  /** What runs takes it over, with this input from now on. */
  | { readonly kind: 'hand'; readonly input: QueuedOperation['input'] }
  | { readonly kind: 'queue' }
  /** What waits is refused, what runs is cancelled. */
  | { readonly kind: 'preempt' };

/**
 * Decides on a request by the declaration of its operation, whatever that is. Pure: the cluster's workflow asks twice,
 * first as the Update's validator.
 */
export function decide(record: ClusterRecord, running: RunningEntry | undefined, request: OperationRequest): Decision {
  const { id, spec, phase, queue } = record;
  const { input, operation } = request;
  const declaration = declarationOf(operation);
  if ('id' in input && input.id !== undefined && input.id !== id)
    return refuse(FailureType.ClusterNotFound, `there is no cluster ${input.id}: ${spec.name} is ${id} now`);
  if (phase === 'Deleted') return refuse(FailureType.ClusterNotFound, `cluster ${spec.name} was deleted`);

  const ended = answerTo(record, request);
  if (ended !== undefined) return { kind: 'ended', ended };
  const known = [...(running === undefined ? [] : [running]), ...queue];
  const joined = known.find((entry) => sameRequest(record, entry, request));
  if (joined !== undefined) return { kind: 'join', entry: joined };

  const refusal =
    declaration.refuse?.(record, request) ??
    wishRefusal(record, declaration, input) ??
    // Where something works, the phase is asked for when its turn has come.
    (known.length === 0 ? phaseRefusal(record, declaration) : undefined);
  if (refusal !== undefined) return { kind: 'refuse', ...refusal };
  return known.length === 0 ? { kind: 'queue' } : whenBusy(record, running, request, declaration);
}

/** Why an operation may not begin now: asked of what waited, when its turn has come. */
export function mayBegin(
  record: ClusterRecord,
  { operation, input }: Pick<QueuedOperation, 'operation' | 'input'>,
): Refusal | undefined {
  const declaration = declarationOf(operation);
  return phaseRefusal(record, declaration) ?? wishRefusal(record, declaration, input);
}

function phaseRefusal({ phase, spec }: ClusterRecord, declaration: OperationDeclaration): Refusal | undefined {
  const { admittedIn, title } = declaration;
  const hasOwnRule = 'refuse' in declaration;
  if (hasOwnRule || admittedIn.includes(phase)) return undefined;
  const message = `cluster ${spec.name} is ${phase}; "${title}" needs it to be ${admittedIn.join(' or ')}`;
  return { type: FailureType.NotAdmitted, message };
}

function whenBusy(
  { spec, queue }: ClusterRecord,
  running: RunningEntry | undefined,
  request: OperationRequest,
  declaration: OperationDeclaration,
): Decision {
  const { operation, input } = request;
  const { conflicts, title } = declaration;
  const known = [...(running === undefined ? [] : [running]), ...queue];
  const same = known.filter((entry) => entry.operation === operation);
  const others = known.filter((entry) => entry.operation !== operation);
  if (conflicts.other === 'preempt') return { kind: 'preempt' };
  if (known.some((entry) => endsCluster(entry.operation)))
    return refuse(FailureType.NotAdmitted, `cluster ${spec.name} is being deleted`);
  const [first] = same;
  if (conflicts.same === 'join' && first !== undefined) return { kind: 'join', entry: first };
  if (conflicts.same === 'refuse' && first !== undefined)
    return refuse(FailureType.NotAdmitted, `"${title}" runs or waits already on cluster ${spec.name}`);
  if (conflicts.other === 'refuse' && others.length > 0)
    return refuse(FailureType.NotAdmitted, `cluster ${spec.name} is busy, and "${title}" does not wait`);
  if (conflicts.same === 'merge') {
    for (const entry of queue.filter((waiting) => waiting.operation === operation)) {
      const merged = declaration.merge?.(entry.input, input);
      // What the schema of the operation has made, merged by its own declaration.
      if (merged !== undefined) return { kind: 'merge', entry, input: merged as QueuedOperation['input'] };
    }
  }
  const handed = handedOver(queue, running, request);
  if (handed !== undefined) return { kind: 'hand', input: handed };
  if (queue.length >= MAX_QUEUE)
    return refuse(
      FailureType.NotAdmitted,
      `${MAX_QUEUE} operations already wait for cluster ${spec.name}; try again later`,
    );
  return { kind: 'queue' };
}

/** The input with which what runs takes the request over, if it does and nothing that waits would be overtaken. */
function handedOver(
  queue: readonly QueuedOperation[],
  running: RunningEntry | undefined,
  request: OperationRequest,
): QueuedOperation['input'] | undefined {
  if (running === undefined || (running.handed ?? 0) >= MAX_HANDED) return undefined;
  const { handOver } = declarationOf(running.operation);
  if (handOver === undefined) return undefined;
  const concerns = (one: QueuedOperation | OperationRequest): boolean => handOver.concerns(running.input, one);
  if (!concerns(request) || queue.some(concerns)) return undefined;
  // What the schema of the operation that runs has made, changed by its own declaration.
  return handOver.takes(running.input, request) as QueuedOperation['input'] | undefined;
}

/**
 * How the operation ended, if this request was made before; what failed is tried again unless the caller only reminds.
 */
function answerTo(record: ClusterRecord, request: OperationRequest): OperationEnd | undefined {
  const { answer } = record;
  if (answer?.requestIds.includes(request.requestId) && (answer.outcome === 'completed' || request.reminder === true)) {
    const { outcome, result, failure } = answer;
    return { outcome, ...(result ? { result } : {}), ...(failure ? { failure } : {}) };
  }
  const known = declarationOf(request.operation).answer?.(record, request);
  // The declaration's own result.
  return known === undefined
    ? undefined
    : { outcome: 'completed', result: known as NonNullable<OperationEnd['result']> };
}

/**
 * Why the cluster cannot be what is wished for. Anybody may send an Update with anything in it, so the wish is parsed
 * first.
 */
function wishRefusal(record: ClusterRecord, declaration: OperationDeclaration, input: unknown): Refusal | undefined {
  if (declaration.desire === undefined) return undefined;
  const parsed = parseInput(declaration.schema, input);
  const issues = parsed.ok ? issuesOf(declaration.desire(record, parsed.value)) : parsed.issues;
  return issues.length === 0 ? undefined : { type: FailureType.InvalidInput, message: describeIssues(issues), issues };
}

const issuesOf = (desire: Desire): readonly InputIssue[] => ('issues' in desire ? desire.issues : []);

const refuse = (type: FailureType, message: string): { readonly kind: 'refuse' } & Refusal => ({
  kind: 'refuse',
  type,
  message,
});
