import { LOST_PHASE } from '../../lost-workflow.ts';
import type { Style } from './style.ts';

/** A cluster's phase in its colour. */
export function colourPhase(phase: string, style: Style): string {
  if (phase === 'Ready') return style.good(phase);
  return phase.endsWith('Failed') || phase === LOST_PHASE ? style.bad(phase) : style.busy(phase);
}
