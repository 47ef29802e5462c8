import { type Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { declarationOf, type OperationName, operationNames } from '../../model/index.ts';
import { operationSchema } from '../../client/json-schemas.ts';
import type { LaterOperation } from '../../client/clusters.ts';
import { parseRequest } from '../../client/parse-request.ts';
import type { Cli, Session } from '../cli.ts';
import { destructive, type Loss } from '../destructive.ts';
import { followOperation, type FollowOptions, waitOptions } from './follow-operation.ts';
import { describedCluster, operationLoss } from './operation-loss.ts';

/** What is read of an operation's JSON Schema: flat, as the inputs of operations are. */
const inputSchema = z.looseObject({
  properties: z.record(
    z.string(),
    z.looseObject({
      // What may be a number or a text is written as a text.
      type: z.enum(['string', 'integer', 'number', 'boolean', 'array']).default('string'),
      enum: z.array(z.union([z.string(), z.number()])).optional(),
      default: z.union([z.string(), z.number(), z.boolean()]).optional(),
      description: z.string(),
    }),
  ),
  required: z.array(z.string()),
});

type Field = z.output<typeof inputSchema>['properties'][string];

/** Those about waiting, and one for each field of the input. */
type OperationOptions = FollowOptions & Readonly<Record<string, unknown>>;

/** Operations whose commands are written by hand: their inputs are no flat objects. */
const OWN_COMMANDS: Readonly<Partial<Record<OperationName, string>>> = {
  createCluster: 'create',
  deleteCluster: 'delete',
  applyAccess: 'access apply',
  applyAddons: 'addons apply',
};

/** The operations whose commands are made from their declarations. */
type DeclaredOperation = Exclude<LaterOperation, 'applyAccess' | 'applyAddons'>;

const isDeclared = (name: OperationName): name is DeclaredOperation => OWN_COMMANDS[name] === undefined;

/**
 * A command for each operation on a living cluster, made from its declaration:
 * `slipway resize-node-group atlas --count 5 …`.
 */
export function registerOperations(program: Command, cli: Cli): void {
  for (const name of operationNames().filter(isDeclared)) registerOperation(program, cli, name);
}

function registerOperation(program: Command, cli: Cli, operation: DeclaredOperation): void {
  const { summary, title } = declarationOf(operation);
  const { properties, required } = inputSchema.parse(operationSchema(operation));
  const fields = Object.entries(properties).filter(([field]) => field !== 'name');
  const command = waitOptions(
    program
      .command(commandOf(operation))
      .description(summary.charAt(0).toLowerCase() + summary.slice(1))
      .argument('<name>', 'name of the cluster'),
  );
  for (const [field, one] of fields) command.addOption(optionOf(field, one, required.includes(field)));
  const inputOf = (name: string, options: OperationOptions): object => {
    const given = fields.flatMap(([field]) => (options[field] === undefined ? [] : [[field, options[field]] as const]));
    return { name, ...Object.fromEntries(given) };
  };
  const work = async (session: Session, name: string, options: OperationOptions) => {
    const { clusters } = await session.slipway();
    // The operation's own schema parses it.
    const input = inputOf(name, options) as Parameters<typeof clusters.run<DeclaredOperation>>[1];
    const handle = await clusters.run(operation, input, { signal: session.signal });
    const result = await followOperation(session, clusters, handle, options, `${title}: ${name}`);
    if (result === undefined) return { operation, name, workflowId: handle.workflowId };
    session.print(`${session.style.good('✔')} ${title}: ${name}. ${describe(result)}`);
    return { operation, workflowId: handle.workflowId, ...result };
  };
  if (!('loss' in declarationOf(operation))) {
    command.action((name: string, options: OperationOptions) =>
      cli.run(command, (session) => work(session, name, options)),
    );
    return;
  }
  command.action(
    destructive(command, cli, (session, name: string, options: OperationOptions) => ({
      loss: () => lossOf(session, operation, name, inputOf(name, options)),
      work: () => work(session, name, options),
    })),
  );
}

/** What the operation would take away from the cluster as it is. */
async function lossOf(
  session: Session,
  operation: DeclaredOperation,
  name: string,
  given: object,
): Promise<Loss | undefined> {
  const declaration = declarationOf(operation);
  const input = parseRequest(declaration.schema, given, `${declaration.verb} the cluster`);
  return operationLoss(operation, await describedCluster(session, name), input);
}

function optionOf(
  field: string,
  { type, enum: choices, description, default: standard }: Field,
  isRequired: boolean,
): Option {
  const flag = `--${dashed(field)}`;
  const says = standard === undefined ? description : `${description} (default: ${String(standard)})`;
  const option = new Option(
    type === 'boolean'
      ? flag
      : `${flag} ${type === 'array' ? '<names>' : type === 'integer' || type === 'number' ? '<n>' : '<text>'}`,
    says,
  );
  if (choices !== undefined) {
    option.choices(choices.map(String));
    // It has checked the text; what the choices are is kept.
    const { parseArg } = option;
    option.argParser((text: string) => {
      parseArg?.(text, undefined);
      return choices.find((choice) => String(choice) === text);
    });
  }
  if (type === 'integer') option.argParser(wholeNumber);
  if (type === 'array') option.argParser((text: string) => text.split(',').map((one) => one.trim()));
  return option.makeOptionMandatory(isRequired);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Not a whole number.');
  return Number(text);
}

/** The command of an operation: `create`, `addons apply`, `resize-node-group`. */
export const commandOf = (operation: OperationName): string => OWN_COMMANDS[operation] ?? dashed(operation);

/** `resizeNodeGroup` as `resize-node-group`. */
const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The facts of a result, as `count 5, added 2`. */
const describe = (result: object): string =>
  Object.entries(result)
    .filter(([field]) => field !== 'name' && field !== 'id')
    .map(([field, value]) => `${field} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
