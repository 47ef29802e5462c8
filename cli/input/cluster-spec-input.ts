import type { Command } from 'commander';
import { type ClusterSpecInput, clusterSpecSchema, parseInput, isFields } from '../../model/index.ts';
import type { Session } from '../cli.ts';
import { usageError } from '../usage-error.ts';
import { readInput } from './read-input.ts';
import { parseYaml, type YamlDocument } from './yaml-document.ts';

/** The options by which a specification is given. */
export interface SpecOptions {
  readonly file?: string;
  readonly name?: string;
  readonly cloud?: string;
}

/** Adds the options by which a specification is given. */
export function addSpecOptions(command: Command): Command {
  return command
    .option('-f, --file <file>', 'cluster specification as YAML or JSON; - reads standard input')
    .option('--name <name>', 'name of the cluster; takes the place of the one in the file')
    .option('--cloud <cloud>', 'name of the cloud; takes the place of the one in the file');
}

/**
 * Reads and checks the specification that a command was given.
 *
 * @throws SlipwayError `Slipway.InvalidInput`; the message names each field with its place in the file
 */
export async function readClusterSpec(options: SpecOptions, session: Session): Promise<ClusterSpecInput> {
  const { file, name, cloud } = options;
  if (file === undefined && (name === undefined || cloud === undefined)) {
    throw usageError('Say what to create: -f FILE, or --name NAME and --cloud CLOUD');
  }
  const { stdin } = session.environment;
  const fileName = file === '-' ? 'standard input' : (file ?? '');
  const document = file === undefined ? undefined : parseYaml(await readInput(file, stdin, session.signal), fileName);
  const given = document?.value ?? {};
  const overrides = { ...(name === undefined ? {} : { name }), ...(cloud === undefined ? {} : { cloud }) };
  const input: unknown = isFields(given) ? { ...given, ...overrides } : given;
  const parsed = parseInput(clusterSpecSchema, input);
  if (!parsed.ok) throw invalidSpec(parsed.issues, document, fileName);
  // The schema accepted it; it is sent as it was written, so that the workflow applies the defaults.
  return input as ClusterSpecInput;
}

function invalidSpec(
  issues: readonly { readonly path: string; readonly reason: string }[],
  document: YamlDocument | undefined,
  fileName: string,
) {
  const lines = issues.map((issue) => {
    const place = document?.locate(issue);
    const where = document === undefined ? '' : `${fileName}${place === undefined ? '' : `:${place}`}: `;
    return `  ${where}${issue.path === '' ? 'input' : issue.path}: ${issue.reason}`;
  });
  const count = issues.length === 1 ? 'one problem' : `${issues.length} problems`;
  return usageError(`The cluster specification has ${count}:\n${lines.join('\n')}`, issues);
}
