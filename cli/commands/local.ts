import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Cli, Session } from '../cli.ts';
import { formatFields } from '../output/table.ts';
import { destructive } from '../destructive.ts';
import { ClientFailureType, SlipwayError } from '../../client/slipway-error.ts';
import { runDemo } from '../demo/demo.ts';
import { afterLoss, clustersAtStake, stackLoss } from './stack-loss.ts';
import { showStackProgress } from '../output/stack-progress.ts';
import { readLocalStack, shellEnvironment, type LocalEndpoints } from '../../local/state.ts';
import { down, up } from '../../local/up.ts';
import type { CloudKind, MachineKind } from '../../local/sandbox-processes.ts';

interface StackFlags {
  readonly machines: MachineKind;
  readonly latency: string;
  readonly workers: number;
}

/** Registers the commands that run Slipway on this machine: `up`, `down`, `env` and `demo`. */
export function registerLocalCommands(program: Command, cli: Cli): void {
  withStackFlags(program.command('up'))
    .description('start Temporal, Vault, a sandbox cloud and a worker on this machine, and leave them running')
    .addOption(
      new Option('--cloud <kind>', 'an emulated OpenStack, or the real services (Linux), installed by the first start')
        .choices(['emulator', 'openstack'])
        .default('emulator'),
    )
    .action(async (flags: StackFlags & { readonly cloud: CloudKind }, command: Command) => {
      await cli.run(command, async (session) => {
        const progress = showStackProgress(
          session.json ? cli.environment.stderr : cli.environment.stdout,
          session.style,
        );
        const starting = up({ ...flags, onEvent: progress.onEvent }, session.signal).finally(progress.end);
        const { state, alreadyRan } = await asInterrupted(starting, session, 'nothing of it was left running');
        if (alreadyRan) session.print('It runs already.');
        session.print(`\n${formatFields(describe(state.endpoints), session.style)}\n`);
        session.print('Next: slipway create -f examples/cluster.yaml --watch     To stop it: slipway down');
        return { alreadyRan, ...state.endpoints };
      });
    });

  const stop = program
    .command('down')
    .description('stop what `slipway up` left running; asks when clusters lose their machines by it')
    .option('--wipe', 'also remove everything it wrote: workflows, secrets and the sandbox cloud', false);
  stop.action(
    destructive(stop, cli, (session, { wipe }: { wipe: boolean }) => ({
      loss: () => stackLoss(wipe, session.signal),
      work: async () => {
        const clusters = wipe ? [] : await clustersAtStake(session.signal);
        const { stopped } = await down({ wipe });
        session.print(stopped.length === 0 ? 'Nothing was running.' : `Stopped ${stopped.join(', ')}.`);
        if (wipe) session.print('Removed everything that it wrote.');
        const lost = afterLoss(clusters);
        if (lost !== undefined) session.print(lost);
        return { stopped, wiped: wipe };
      },
    })),
  );

  program
    .command('env')
    .description('print the variables of the stack that runs here, for other tools: eval "$(slipway env)"')
    .action(async (_flags: object, command: Command) => {
      await cli.run(command, async (session) => {
        const state = await readLocalStack();
        if (state === undefined) throw new Error('No stack of `slipway up` runs on this machine.');
        const environment = shellEnvironment(state.endpoints);
        if (!session.json) {
          session.print(
            Object.entries(environment)
              .map(([name, value]) => `export ${name}=${quote(value)}`)
              .join('\n'),
          );
        }
        return { environment };
      });
    });

  withStackFlags(program.command('demo'))
    .description('start everything on this machine, create a cluster, use it, delete it, and leave no trace')
    .option('--keep', 'keep the cluster and everything else running until Ctrl-C', false)
    .action(async (flags: StackFlags & { readonly keep: boolean }, command: Command) => {
      await cli.run(command, (session) =>
        asInterrupted(runDemo(flags, session, cli.environment), session, 'everything that was started was stopped'),
      );
    });
}

/**
 * Whatever broke because the user interrupted is an interruption, and no failure. Unlike an operation, nothing goes on.
 */
async function asInterrupted<T>(work: Promise<T>, session: Session, outcome: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!session.signal.aborted) throw error;
    session.interruptedHint = `Interrupted; ${outcome}.`;
    throw new SlipwayError(ClientFailureType.Aborted, session.interruptedHint, { cause: error });
  }
}

function withStackFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--machines <kind>', 'simulated machines, or real ones in containers (root, Linux)')
        .choices(['simulated', 'nspawn'])
        .default('simulated'),
    )
    .option('--latency <profile>', 'how long the sandbox cloud takes: instant, typical or a JSON file', 'instant')
    .option('--workers <count>', 'how many workers', wholeNumber, 1);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 16) throw new InvalidArgumentError('must be from 1 to 16');
  return value;
}

function describe(endpoints: LocalEndpoints): [string, string][] {
  return [
    ['Temporal UI', endpoints.temporalUi],
    ['Temporal', endpoints.temporalAddress],
    ['Vault', `${endpoints.vaultAddress} (token in ${endpoints.vaultTokenFile})`],
    ['OpenStack', `${endpoints.cloudUrl} (OS_CLIENT_CONFIG_FILE=${endpoints.cloudsFile} OS_CLOUD=sandbox)`],
  ];
}

const quote = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`;
