import { NotFoundError } from 'openstack-client-ts';
import { PRE_FLIGHT_ROWS, type PreFlightRowId, type PreFlightValues, preFlightWords } from '../../../model/index.ts';

/** Says that something is wrong. Nothing is thrown: all that is wrong is said at once. */
export type Report = <Id extends PreFlightRowId>(row: Id, values: PreFlightValues<Id>) => void;

/** A report, and what it was told: each thing once, in the order of the table, whichever answer came first. */
export function startReport(): { report: Report; problems: () => string[] } {
  const found = new Map<string, number>();
  const order = Object.keys(PRE_FLIGHT_ROWS);
  return {
    report: (row, values) => void found.set(preFlightWords(row, values), order.indexOf(row)),
    problems: () => [...found].sort(([, one], [, other]) => one - other).map(([words]) => words),
  };
}

/** What is named, or undefined when it is not there. */
export async function orMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** What there is instead of what was asked for, shortly. */
export function someNames(resources: readonly { name?: string | null | undefined }[]): string {
  const names = [...new Set(resources.flatMap(({ name }) => name ?? []))].sort();
  return `${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}` || 'none';
}
