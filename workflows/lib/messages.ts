import type { OperationEnded } from '../../model/index.ts';

/** Anybody may send a signal, with anything in it; what is not ours is passed over. */
export function isOperationEnded(message: unknown): message is OperationEnded {
  if (typeof message !== 'object' || message === null) return false;
  const { requestId, outcome } = message as Partial<Record<keyof OperationEnded, unknown>>;
  return typeof requestId === 'string' && ['completed', 'failed', 'cancelled'].includes(String(outcome));
}
