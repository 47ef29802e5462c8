import { type Case, caseName, caseOf, type Skipped } from './cases.ts';
import { faults } from './faults.ts';
import type { MatrixResult } from './matrix.ts';
import type { CaseResult } from './run-case.ts';

/** The last line of `npm run faults -- --json`. */
export interface Summary {
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  /** Pairs of a call and a fault that are no cases; the reasons are in the report. */
  readonly skipped: number;
  readonly seconds: number;
}

export function summaryOf({ results, skipped, seconds }: MatrixResult): Summary {
  const passed = results.filter(({ problems }) => problems.length === 0).length;
  const failed = results.length - passed;
  return { cases: results.length, passed, failed, skipped: skipped.length, seconds: Math.round(seconds) };
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

/** Why calls and faults were skipped, and how often. */
export function reasons({ skipped }: Pick<MatrixResult, 'skipped'>): string {
  const counts = new Map<string, number>();
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const lines = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${`${count}`.padStart(7)}  ${reason}`);
  return ['skipped  because', ...lines].join('\n');
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

/**
 * All cases by name, one a line; as JSON, one object a line, with what each stands for. What is left out as alike has a
 * line of its own, which names the case that is run for it.
 */
export function listed(cases: readonly Case[], skipped: readonly Skipped[], json: boolean): string {
  if (!json) return cases.map((one) => `${caseName(one)}\n`).join('');
  const alike = skipped.flatMap(({ call: { operation, key, occurrence }, fault, permanent, reason, like }) => {
    const name = caseName({ operation, key, occurrence, fault, permanent });
    return like === undefined ? [] : [{ name, like: caseName(like), reason }];
  });
  const standsFor = new Map<string, string[]>();
  for (const { name, like } of alike) standsFor.set(like, [...(standsFor.get(like) ?? []), name]);
  const run = cases.map((one) => ({ name: caseName(one), standsFor: standsFor.get(caseName(one)) ?? [] }));
  return [...run, ...alike].map((line) => `${JSON.stringify(line)}\n`).join('');
}
