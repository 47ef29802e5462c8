import { type AttentionChange, isFields, type OperationEnded } from '../../model/index.ts';

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
