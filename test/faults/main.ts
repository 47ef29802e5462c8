import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createLogUpdate } from 'log-update';
import type { CloudKind } from '../../local/sandbox-processes.ts';
import { type Case, caseName, caseOf, type Skipped } from './cases.ts';
import { writeFixtures } from '../replay/fixtures.ts';
import { foreignWorldOf, holdsForeignResources } from './foreign.ts';
import { page } from './html.ts';
import { defaultLanes, type MatrixResult, runMatrix, sampled } from './matrix.ts';
import { failures, listed, reasons, summaryOf, table } from './report.ts';
import type { CaseResult } from './run-case.ts';
import { exportCaseHistories } from './case-histories.ts';

interface Options {
  readonly json: boolean;
  readonly cloud: CloudKind;
  readonly case: readonly string[];
  readonly only?: RegExp;
  readonly sample?: number;
  readonly seed: number;
  readonly lanes?: number;
  readonly foreign?: number;
  readonly list: boolean;
  readonly fixtures: boolean;
  readonly out: string;
}

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('must be a whole number');
  return value;
};

const program = new Command('faults')
  .description(
    'Meets every outside call of every operation with every fault, and checks what is left. The page is <out>/faults.html',
  )
  .addOption(
    new Option('--cloud <kind>', 'the emulator, or the real services: slow, best with --sample')
      .choices(['emulator', 'openstack'])
      .default('emulator'),
  )
  .option('--json', 'nothing but one line of JSON on standard output', false)
  .option('--case <name...>', 'only these cases; their Temporal histories are kept in <out>', [])
  .option('--only <pattern>', 'only cases whose names match this regular expression', (text) => new RegExp(text))
  .option('--sample <count>', 'only so many cases, chosen by the seed', wholeNumber)
  .option('--seed <number>', 'for --sample', wholeNumber, 1)
  .option('--lanes <count>', 'cases at once, of each kind; as many as this machine can take unless given', wholeNumber)
  .option(
    '--foreign <runs>',
    'random projects of others’ resources (foreign.ts); 500 with all cases, else none',
    wholeNumber,
  )
  .option('--list', 'record, print all cases and, with --json, for which others each stands; run none', false)
  .option('--fixtures', 'record, keep the histories in test/replay, run no case', false)
  .option('--out <folder>', 'where the page and histories go', 'faults');
program.parse();
const options = program.opts<Options>();

function select(cases: readonly Case[], skipped: readonly Skipped[]): readonly Case[] {
  if (options.list) {
    process.stdout.write(listed(cases, skipped, options.json));
    return [];
  }
  if (options.fixtures) return [];
  if (options.case.length > 0) return options.case.map(caseOf);
  const { only } = options;
  const wanted = only === undefined ? cases : cases.filter((one) => only.test(caseName(one)));
  return options.sample === undefined ? wanted : sampled(wanted, options.sample, options.seed);
}

/**
 * The property over others' resources belongs to a run of everything; it is the emulator's, which makes projects in no
 * time.
 */
const everything = options.only === undefined && options.sample === undefined && options.case.length === 0;
const foreignRuns = options.foreign ?? (everything && !options.list && !options.fixtures ? 500 : 0);
let foreign: { runs: number; refused: number } | undefined;

const live = createLogUpdate(process.stderr);
const shown: CaseResult[] = [];
const say = (text: string): void => {
  if (process.stderr.isTTY) live(text);
};
let last = 0;
const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('interrupted')));
process.once('SIGTERM', () => stop.abort(new Error('ended')));
// The client's own retries outlive its connection, and throw where nobody can catch.
process.on('uncaughtException', (error) => {
  if (error.message !== 'Channel has been shut down') throw error;
});
const directory = await mkdtemp(join(tmpdir(), 'slipway-faults-'));
const out = resolve(options.out);
try {
  const result: MatrixResult = await runMatrix({
    directory,
    cloud: options.cloud,
    lanes: Math.max(1, options.case.length > 0 ? 1 : (options.lanes ?? defaultLanes(options.cloud))),
    select,
    signal: stop.signal,
    onPhase: (phase) => {
      if (process.stderr.isTTY) say(phase);
      else process.stderr.write(`${phase}\n`);
    },
    onResult: (one, done, all) => {
      shown.push(one);
      if (one.problems.length > 0 && !process.stderr.isTTY) process.stderr.write(`${failures([one])}\n`);
      say(`${table(shown)}\n${done} of ${all}`);
      if (!process.stderr.isTTY && Date.now() - last > 15_000) {
        last = Date.now();
        process.stderr.write(
          `${done} of ${all} cases, ${shown.filter(({ problems }) => problems.length > 0).length} failed\n`,
        );
      }
    },
    onRecording: async (house, { clusters }) => {
      if (options.fixtures) await writeFixtures(house.temporal.client, clusters);
    },
    beforeEnd: async (house, results) => {
      if (foreignRuns > 0 && options.cloud === 'emulator')
        foreign = await holdsForeignResources(foreignWorldOf(house), { runs: foreignRuns, atOnce: 10 });
      await mkdir(out, { recursive: true });
      const kept = results.filter(({ problems }) => problems.length > 0 || options.case.length > 0);
      await exportCaseHistories(house, kept, out);
    },
  });
  live.done();
  if (!options.list && !options.fixtures) {
    await mkdir(out, { recursive: true });
    await writeFile(join(out, 'faults.html'), page(result));
    const summary = summaryOf(result);
    process.stderr.write(
      `${table(result.results)}\n${reasons(result)}\n${failures(result.results)}\n${join(out, 'faults.html')}\n`,
    );
    process.stdout.write(`${JSON.stringify({ ...summary, ...(foreign === undefined ? {} : { foreign }) })}\n`);
    process.exitCode =
      summary.failed === 0 && (summary.cases > 0 || foreign !== undefined) && !stop.signal.aborted ? 0 : 1;
  }
  await rm(directory, { recursive: true, force: true });
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nLogs: ${directory}/logs\n`,
  );
  process.stdout.write(`${JSON.stringify({ cases: 0, passed: 0, failed: 1, skipped: 0, seconds: 0 })}\n`);
  process.exitCode = 1;
}
// Connections that are still closing must not keep the finished matrix alive.
setTimeout(() => process.exit(), 1000).unref();
