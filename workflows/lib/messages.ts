import {
  type AttentionChange,
  isFields,
  isOperationName,
  type OperationEnded,
  type OperationRequest,
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

/** As {@link isOperationEnded}, for a request by an Update, which may hold anything as well. */
export function isRequest(request: unknown): request is OperationRequest {
  if (!isFields(request)) return false;
  const { operation, input, requestedBy, requestId } = request;
  if (typeof operation !== 'string' || !isOperationName(operation) || !isFields(input)) return false;
  return typeof requestedBy === 'string' && requestedBy !== '' && typeof requestId === 'string' && requestId !== '';
}
