import {
  type AttentionChange,
  declarationOf,
  isFields,
  isOperationName,
  type OperationEnded,
  type OperationRequest,
  parseInput,
} from '../../model/index.ts';

/** Anybody may send a signal, with anything in it; what is not ours is passed over. */
export function isOperationEnded(message: unknown): message is OperationEnded {
  if (!isFields(message)) return false;
  const { requestId, outcome } = message;
  return typeof requestId === 'string' && ['completed', 'failed', 'cancelled'].includes(String(outcome));
}

/** As {@link isOperationEnded}, for what an operation says of its waiting for a person. */
export function isAttentionChange(message: unknown): message is AttentionChange {
  if (!isFields(message) || typeof message['workflowId'] !== 'string') return false;
  const { attention } = message;
  if (attention === undefined) return true;
  if (!isFields(attention)) return false;
  const { kind, reason, since } = attention;
  return (kind === 'Paused' || kind === 'Blocked') && typeof reason === 'string' && typeof since === 'string';
}

/**
 * A request by an Update, which may hold anything as well; undefined when it is none. Another build may have sent it:
 * what its input does not say yet is as today's schema has it, so that it can be compared with what a record holds.
 */
export function requestIn(message: unknown): OperationRequest | undefined {
  if (!isFields(message)) return undefined;
  const { operation, input, requestedBy, requestId } = message;
  if (typeof operation !== 'string' || !isOperationName(operation) || !isFields(input)) return undefined;
  if (typeof requestedBy !== 'string' || requestedBy === '') return undefined;
  if (typeof requestId !== 'string' || requestId === '') return undefined;
  const read = parseInput(declarationOf(operation).schema, input);
  // Whose input is wrong has been told so where it was asked for; here its fields are all that is looked at.
  return { ...(message as unknown as OperationRequest), ...(read.ok ? { input: read.value } : {}) } as OperationRequest;
}
