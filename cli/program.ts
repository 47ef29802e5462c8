import { Command } from 'commander';
import { registerLocalCommands } from './commands/local.ts';
import type { Cli } from './cli.ts';
import { registerAccess } from './commands/access.ts';
import { registerAddons } from './commands/addons.ts';
import { registerAdopt } from './commands/adopt.ts';
import { registerCloud } from './commands/cloud.ts';
import { registerCreate } from './commands/create.ts';
import { registerDelete } from './commands/delete.ts';
import { registerDescribe } from './commands/describe.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerKubeconfig } from './commands/kubeconfig.ts';
import { registerList } from './commands/list.ts';
import { registerOperations } from './commands/operations.ts';
import { registerOrphans } from './commands/orphans.ts';
import { registerPlan } from './commands/plan.ts';
import { registerSchema } from './commands/schema.ts';
import { registerSteer } from './commands/steer.ts';
import { registerWatch } from './commands/watch.ts';
import { packageVersion } from './package-version.ts';

/** The command line: every command, its options and its help. */
export function createProgram(cli: Cli): Command {
  const { stdout, stderr } = cli.environment;
  const program = new Command('slipway')
    .description('Builds and runs Kubernetes clusters on OpenStack with durable Temporal workflows')
    .version(packageVersion(), '-V, --version', 'print the version')
    .option(
      '--json',
      'print exactly one JSON object on standard output, at the end; everything else goes to standard error',
    )
    .option('--no-color', 'no colours; NO_COLOR does the same')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .exitOverride()
    .addHelpText('after', EXIT_CODES);
  const register = [
    registerCreate,
    registerPlan,
    registerList,
    registerDescribe,
    registerWatch,
    registerKubeconfig,
    registerOperations,
    registerAccess,
    registerAddons,
    registerSteer,
    registerDelete,
    registerAdopt,
    registerOrphans,
    registerDoctor,
    registerCloud,
    registerSchema,
  ];
  for (const add of register) add(program, cli);
  registerLocalCommands(program, cli);
  return program;
}

const EXIT_CODES = `
Exit codes:
  0    done
  1    the operation failed, or what was asked for is not there
  2    the command line, the input or the configuration is wrong; nothing was started
  3    Temporal, Vault or the workers do not answer, or refuse access
  130  interrupted by Ctrl-C; an operation that was started goes on
`;
