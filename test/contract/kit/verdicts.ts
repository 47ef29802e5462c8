import { compare, describeDifference, type Exception } from './compare.ts';
import type { Outcome } from './run.ts';

/** How a case did on both clouds. */
export interface Verdict {
  readonly area: string;
  readonly name: string;
  /** What went wrong, or differs; empty if the clouds are equal. */
  readonly problems: readonly string[];
  /** Names of the exceptions that it needed. */
  readonly exceptions: readonly string[];
}

/** Compares what the same cases, in the same order, saw on both clouds. */
export function verdicts(
  emulator: readonly Outcome[],
  openstack: readonly Outcome[],
  exceptions: readonly Exception[],
): Verdict[] {
  return openstack.map((theirs, index) => {
    const ours = emulator[index];
    const { area, name } = theirs;
    if (ours?.transcript === undefined || theirs.transcript === undefined) {
      const problems = [...failure('emulator', ours), ...failure('openstack', theirs)];
      return { area, name, problems, exceptions: [] };
    }
    const found = compare(ours.transcript, theirs.transcript, exceptions);
    return { area, name, problems: found.differences.map(describeDifference), exceptions: found.exceptions };
  });
}

function failure(cloud: string, outcome: Outcome | undefined): string[] {
  if (outcome?.transcript !== undefined) return [];
  return [`${cloud}: ${outcome?.error?.stack ?? outcome?.error?.message ?? 'not run'}`];
}
