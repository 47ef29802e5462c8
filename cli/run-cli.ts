import { CommanderError } from 'commander';
import { Cli, type CliEnvironment } from './cli.ts';
import { ExitCode } from './exit-codes.ts';
import { createProgram } from './program.ts';
import { usageError } from './usage-error.ts';

/** Runs one command line (without `node` and the script) and returns its exit code; never throws. */
export async function runCli(args: readonly string[], environment: CliEnvironment): Promise<number> {
  const cli = new Cli(environment);
  const json = args.includes('--json');
  const program = createProgram(cli);
  try {
    if (args.length === 0) {
      program.outputHelp();
      return ExitCode.ok;
    }
    await program.parseAsync(args, { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      cli.fail(error, json);
      return cli.exitCode;
    }
    if (error.exitCode === 0) return ExitCode.ok;
    // Commander has said it on standard error already.
    if (json) {
      const { type, message } = usageError(error.message.replace(/^error: /, ''));
      environment.stdout.write(`${JSON.stringify({ ok: false, error: { type, message } })}\n`);
    }
    return ExitCode.usage;
  }
}
