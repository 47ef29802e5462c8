import type { AttentionKind } from '../../model/index.ts';
import { LOST_PHASE } from '../../client/lost-workflow.ts';
import type { Style } from './style.ts';

/** A cluster's phase in its colour, and that it waits for a person. */
export function colourPhase(phase: string, style: Style, attention?: AttentionKind): string {
  if (attention !== undefined) return style.bad(`${phase}, ${attention.toLowerCase()}`);
  if (phase === 'Ready') return style.good(phase);
  return phase.endsWith('Failed') || phase === LOST_PHASE ? style.bad(phase) : style.busy(phase);
}
