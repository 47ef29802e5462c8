import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { startCloud } from '../../sandbox/src/cloud/main.ts';
import { areas } from './cases/index.ts';
import { exceptions } from './exceptions.ts';
import type { ContractArea } from './kit/case.ts';
import { compare, describeDifference } from './kit/compare.ts';
import { emulatorLatency } from './kit/latency.ts';
import { type Outcome, runCases } from './kit/run.ts';

interface Flags {
  readonly area?: string;
  readonly case?: string;
  readonly cloudsFile: string;
  readonly concurrency: number;
}

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(flags: Flags): Promise<void> {
  const chosen = choose(flags);
  const directory = await mkdtemp(join(tmpdir(), 'slipway-contract-'));
  const emulator = await startCloud({ listen: '127.0.0.1:0', latency: emulatorLatency, data: directory });
  try {
    const options = { concurrency: flags.concurrency };
    const [ours, theirs] = await Promise.all([
      runCases({ name: 'emulator', cloudsFile: emulator.cloudsFile ?? '' }, chosen, options),
      runCases({ name: 'openstack', cloudsFile: flags.cloudsFile }, chosen, options),
    ]);
    let equal = 0;
    for (const [index, one] of ours.entries()) if (isEqual(one, theirs[index])) equal += 1;
    process.stdout.write(`${JSON.stringify({ cases: ours.length, equal })}\n`);
    if (equal < ours.length) process.exitCode = 1;
  } finally {
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  }
}

function choose(flags: Flags): ContractArea[] {
  return areas
    .filter(({ area }) => flags.area === undefined || area === flags.area)
    .map(({ area, cases }) => ({
      area,
      cases: cases.filter(({ name }) => flags.case === undefined || name.includes(flags.case)),
    }));
}

function isEqual(ours: Outcome, theirs: Outcome | undefined): boolean {
  const title = `${ours.area}: ${ours.name} (emulator ${ours.seconds} s, openstack ${theirs?.seconds ?? 0} s)`;
  const problems = [
    ...(ours.error ? [`emulator: ${ours.error.stack ?? ours.error.message}`] : []),
    ...(theirs?.error ? [`openstack: ${theirs.error.stack ?? theirs.error.message}`] : []),
  ];
  if (ours.transcript && theirs?.transcript) {
    problems.push(...compare(ours.transcript, theirs.transcript, exceptions).differences.map(describeDifference));
  }
  if (problems.length === 0) return true;
  tell(`✗ ${title}\n  ${problems.join('\n  ')}`);
  return false;
}

await new Command('contract')
  .option('--area <name>')
  .option('--case <text>')
  .option('--concurrency <n>', '', Number, 4)
  .requiredOption('--clouds-file <file>')
  .action(main)
  .parseAsync();
setTimeout(() => process.exit(), 1000).unref();
