import type { AttentionChange, OperationEnded } from '../../model/index.ts';

/** Anybody may send a signal, with anything in it; what is not ours is passed over. */
export function isOperationEnded(message: unknown): message is OperationEnded {
  if (typeof message !== 'object' || message === null) return false;
  const { requestId, outcome } = message as Partial<Record<keyof OperationEnded, unknown>>;
  return typeof requestId === 'string' && ['completed', 'failed', 'cancelled'].includes(String(outcome));
}

/** As {@link isOperationEnded}, for what an operation says of its waiting for a person. */
export function isAttentionChange(message: unknown): message is AttentionChange {
  if (typeof message !== 'object' || message === null) return false;
  const { workflowId, attention } = message as Partial<Record<keyof AttentionChange, unknown>>;
  if (typeof workflowId !== 'string') return false;
  if (attention === undefined) return true;
  if (typeof attention !== 'object' || attention === null) return false;
  const { kind, reason, since } = attention as Record<string, unknown>;
  return (kind === 'Paused' || kind === 'Blocked') && typeof reason === 'string' && typeof since === 'string';
}
