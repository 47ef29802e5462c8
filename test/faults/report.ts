import { caseOf } from './cases.ts';
import { faults } from './faults.ts';
import type { MatrixResult } from './matrix.ts';
import type { CaseResult } from './run-case.ts';

/** The last line of `npm run faults -- --json`. */
export interface Summary {
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  /** Always 0: what cannot be is listed with its reason as not applicable, and is no case. */
  readonly skipped: number;
  readonly seconds: number;
}

export function summaryOf({ results, seconds }: Pick<MatrixResult, 'results' | 'seconds'>): Summary {
  const passed = results.filter(({ problems }) => problems.length === 0).length;
  return { cases: results.length, passed, failed: results.length - passed, skipped: 0, seconds: Math.round(seconds) };
}

interface Row {
  cases: number;
  passed: number;
  seconds: number;
}

/** Operation × fault: cases, passed, seconds. */
export function table(results: readonly CaseResult[]): string {
  const rows = new Map<string, Row>();
  for (const { tested, problems, seconds } of results) {
    const key = `${tested.operation.padEnd(14)} ${`${tested.fault}${tested.permanent ? ' for good' : ''}`.padEnd(24)}`;
    const row = rows.get(key) ?? { cases: 0, passed: 0, seconds: 0 };
    rows.set(key, row);
    row.cases += 1;
    if (problems.length === 0) row.passed += 1;
    row.seconds += seconds;
  }
  const order = (key: string) => faults.findIndex(({ name }) => key.slice(15).startsWith(`${name} `));
  const lines = [...rows]
    .sort(([a], [b]) => a.slice(0, 14).localeCompare(b.slice(0, 14)) || order(a) - order(b) || a.localeCompare(b))
    .map(([key, { cases, passed, seconds }]) => {
      const mark = passed === cases ? ' ' : '!';
      return `${mark} ${key} ${`${cases}`.padStart(6)} ${`${passed}`.padStart(7)} ${seconds.toFixed(0).padStart(8)}`;
    });
  return [
    `  ${'operation'.padEnd(14)} ${'fault'.padEnd(24)} ${'cases'.padStart(6)} ${'passed'.padStart(7)} ${'seconds'.padStart(8)}`,
    ...lines,
  ].join('\n');
}

/** What went wrong, one case after the other, with the command that runs it again. */
export function failures(results: readonly CaseResult[]): string {
  return results
    .filter(({ problems }) => problems.length > 0)
    .map(({ name, problems }) => {
      caseOf(name);
      return [
        `✗ ${name}`,
        ...problems.map((problem) => `    ${problem}`),
        `    npm run faults -- --case '${name}'`,
      ].join('\n');
    })
    .join('\n');
}
