import { Clouds } from '../client/clouds/clouds.ts';
import { clientConfiguration } from '../client/configuration.ts';
import { examine } from '../client/doctor/examine.ts';
import { withLocalStack } from '../local/state.ts';
import { SlipwayClient } from '../client/slipway-client.ts';
import { ClientFailureType, SlipwayError } from '../client/slipway-error.ts';
import { optionalVault } from '../client/vault-access.ts';
import { ExitCode } from './exit-codes.ts';
import { runCli } from './run-cli.ts';

const variables = await withLocalStack(clientConfiguration().variables);
const interrupt = new AbortController();
// The first Ctrl-C (or request to end, or closed terminal) ends the wait, a later one the process. Parents that pass a
// signal on, such as npm, make two of one: what comes in the same second is the same request.
const SAME_REQUEST_MS = 1000;
let interruptedAt = Infinity;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (Date.now() - interruptedAt > SAME_REQUEST_MS) process.exit(ExitCode.interrupted);
    interruptedAt = Math.min(interruptedAt, Date.now());
    interrupt.abort();
  });
}
// A reader that went away, as in `slipway list | head -1`, is no error.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await runCli(process.argv.slice(2), {
  variables,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  interrupt: interrupt.signal,
  now: Date.now,
  connect: () => SlipwayClient.connect(variables),
  clouds: () => {
    const vault = optionalVault(variables);
    if (vault !== undefined) return new Clouds(vault.kv);
    throw new SlipwayError(
      ClientFailureType.NoVault,
      'Clouds are kept in Vault, and no Vault is set: set VAULT_ADDR and VAULT_TOKEN',
    );
  },
  examine: (options) => examine(variables, options),
});
// Whatever idle connection is still open must not keep a finished command alive.
setTimeout(() => process.exit(), 1000).unref();
