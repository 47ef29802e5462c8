import { Command, InvalidArgumentError } from 'commander';
import { type AdoptOptions, benchAdopt } from './adopt-clusters.ts';
import { benchLife, type LifeOptions } from './cluster-life.ts';
import { benchCreate, type CreateOptions } from './create-cluster.ts';
import { benchFleet, type FleetOptions } from './create-fleet.ts';
import { benchReplace, type ReplaceOptions } from './replace-group.ts';
import { benchResize, type ResizeOptions } from './resize-group.ts';

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 5000) throw new InvalidArgumentError('must be from 0 to 5000');
  return value;
}

/** Runs a benchmark and prints one line of JSON, whether it worked or not. */
async function report(measure: () => Promise<{ readonly left: number }>): Promise<void> {
  try {
    const figures = await measure();
    const counts = figures as Readonly<Record<string, unknown>>;
    const whole = ['ready', 'adopted', 'deleted'].every(
      (what) => !(what in counts) || counts[what] === counts['clusters'],
    );
    const ok = figures.left === 0 && whole;
    process.stdout.write(`${JSON.stringify({ ok, ...figures })}\n`);
    if (!ok) process.exitCode = 1;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message}\n`);
    process.stdout.write(`${JSON.stringify({ ok: false, error: { message } })}\n`);
    process.exitCode = 1;
  }
}

const program = new Command('bench').description('Measures Slipway on a stack of its own; the last line is JSON');
const common = (command: Command, latency: string) =>
  command
    .option('--latency <profile>', 'how long the sandbox cloud takes: instant, typical or a JSON file', latency)
    .option('--keep-logs', 'keep the logs of every part', false)
    .option('--json', 'accepted for symmetry: the last line is JSON in any case');

common(program.command('create'), 'typical')
  .description('one cluster: wall time against the critical path, calls and history')
  .option('--control-planes <count>', '1, 3 or 5', wholeNumber, 3)
  .option('--workers <count>', 'machines of the one node group', wholeNumber, 3)
  .action((options: CreateOptions) => report(() => benchCreate(options)));

common(program.command('fleet'), 'instant')
  .description('many clusters of 1 + 2 at once, on one worker')
  .option('--clusters <count>', 'how many', wholeNumber, 200)
  .action((options: FleetOptions) => report(() => benchFleet(options)));

common(program.command('resize'), 'instant')
  .description('a node group made larger, and as small again: calls and history')
  .option('--from <count>', 'machines at first, and at the end', wholeNumber, 3)
  .option('--to <count>', 'machines meanwhile', wholeNumber, 503)
  .action((options: ResizeOptions) => report(() => benchResize(options)));

common(program.command('replace'), 'instant')
  .description('a node group whose machines are all replaced: calls and history')
  .option('--workers <count>', 'machines of the group', wholeNumber, 1000)
  .option('--surge <limit>', 'machines beyond them meanwhile, as a number or a percentage', '10%')
  .action((options: ReplaceOptions) => report(() => benchReplace(options)));

common(program.command('life'), 'instant')
  .description('workers and control planes become more and fewer while the API is probed: failures, calls and history')
  .action((options: LifeOptions) => report(() => benchLife(options)));

common(program.command('adopt'), 'instant')
  .description('Temporal’s database is deleted under many clusters of 1 + 2; all are adopted, and deleted')
  .option('--clusters <count>', 'how many', wholeNumber, 20)
  .action((options: AdoptOptions) => report(() => benchAdopt(options)));

await program.parseAsync();
// An idle connection must not keep the finished benchmark alive.
setTimeout(() => process.exit(), 1000).unref();
