import { ConfigurationError } from '../temporal/index.ts';
import { VaultConfigError } from '../vault/index.ts';

/** sysexits.h: something is wrong with the configuration, so starting again does not help. */
const EX_CONFIG = 78;

/**
 * Runs a process and ends it: status 0 when `main` is through, 78 when the configuration is wrong, 1 otherwise. What
 * went wrong is one message on stderr, without a stack: it is written for whoever runs the process.
 */
export async function runProcess(main: () => Promise<void>): Promise<never> {
  try {
    await main();
    process.exit(0);
  } catch (error) {
    const configuration = error instanceof ConfigurationError || error instanceof VaultConfigError;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(configuration ? EX_CONFIG : 1);
  }
}
