import { StateIsOver } from './case.ts';
import type { Transcript, TranscriptEntry } from './transcript.ts';

/** States that a service leaves by itself within moments: Octavia's and Designate's. */
const PASSING = /"PENDING(?:_[A-Z]+)?"/g;

/**
 * Looks whether a case saw the passing states that its recording shows. On a busy machine one may be over before the
 * case comes to look, and with it what only it shows, such as the members that are about to go.
 *
 * @throws StateIsOver with the first request that came too late
 */
export function requirePassingStates(seen: Transcript, recorded: Transcript): void {
  for (const [index, entry] of recorded.entries()) {
    const now = seen[index];
    // Something else is different: the comparison says what.
    if (now === undefined || shapeOf(now) !== shapeOf(entry)) return;
    if (passingStates(now) < passingStates(entry)) throw new StateIsOver(`${shapeOf(now)} came when a state was over`);
  }
}

const shapeOf = (entry: TranscriptEntry): string =>
  'note' in entry ? entry.note : `${entry.request.replace(/\{id \d+\}/g, '{id}')} ${entry.status}`;

const passingStates = (entry: TranscriptEntry): number => JSON.stringify(entry).match(PASSING)?.length ?? 0;
