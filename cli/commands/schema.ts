import type { Command } from 'commander';
import { isOperationName, operationNames } from '../../model/index.ts';
import { operationSchema } from '../../client/json-schemas.ts';
import type { Cli } from '../cli.ts';
import { usageError } from '../usage-error.ts';

/** `slipway schema`: the JSON Schema of an operation's input. */
export function registerSchema(program: Command, cli: Cli): void {
  const command = program
    .command('schema')
    .description('print the JSON Schema of an operation’s input, for editors and other services')
    .argument('[operation]', `one of: ${operationNames().join(', ')}`, 'createCluster');
  command.action((operation: string) =>
    cli.run(command, async (session) => {
      if (!isOperationName(operation)) {
        throw usageError(`There is no operation "${operation}"; there are: ${operationNames().join(', ')}`);
      }
      const schema = operationSchema(operation);
      session.show(JSON.stringify(schema, null, 2));
      return Promise.resolve({ operation, schema });
    }),
  );
}
