import {
  type ConflictRules,
  declarationOf,
  endsCluster,
  makesCluster,
  type OperationDeclaration,
  type OperationName,
  operationNames,
} from '../../model/index.ts';
import { commandOf } from '../commands/operations.ts';
import { operationSchema, resultSchema } from '../../client/json-schemas.ts';
import { fieldTable, specFields } from './spec-table.ts';

const SAME: Readonly<Record<ConflictRules['same'], string>> = {
  join: 'both share its end',
  queue: 'waits behind it',
  refuse: 'is refused',
  merge: 'becomes one with one that waits, where they are one wish; else it waits',
};
const OTHER: Readonly<Record<ConflictRules['other'], string>> = {
  queue: 'waits its turn; of a cluster that is being deleted it is refused',
  refuse: 'is refused',
  preempt: 'goes first: what runs is cancelled, what waits is refused',
};

/** Path of the page about an operation. */
export const operationPagePath = (operation: OperationName): string =>
  `docs/reference/operations/${pageOf(operation)}.md`;

const pageOf = (operation: OperationName): string => commandOf(operation).replaceAll(' ', '-');

/** docs/reference/operations/<command>.md: what an operation is, and what goes in and comes out. */
export function operationPage(operation: OperationName, firstLine: string): string {
  const declaration = declarationOf(operation);
  const { title, summary } = declaration;
  return [
    firstLine,
    `# ${title}`,
    '',
    `${summary}.`,
    '',
    '| | |',
    '|---|---|',
    ...facts(operation, declaration).map(([what, text]) => `| ${what} | ${text} |`),
    '',
    '## Input',
    '',
    ...(operation === 'createCluster'
      ? ['The [cluster specification](../cluster-spec.md).']
      : fieldTable(operationSchema(operation))),
    '',
    '## Result',
    '',
    '| field | type | meaning |',
    '|---|---|---|',
    ...specFields(resultSchema(operation)).map(({ path, type, meaning }) => `| \`${path}\` | ${type} | ${meaning} |`),
    '',
    'How it can fail: [failures](../failures.md).',
    '',
  ].join('\n');
}

/** docs/reference/operations/README.md: all of them. */
export function operationIndex(firstLine: string): string {
  const rows = operationNames().map((name) => {
    const { title, summary } = declarationOf(name);
    return `| [${title}](${pageOf(name)}.md) | \`${name}\` | ${summary} |`;
  });
  return [
    firstLine,
    '# Operations',
    '',
    'Each is a Temporal workflow that anybody may [start](../../how-to/start-from-anywhere.md), a method of the typed client, and a command.',
    '',
    '| operation | workflow | what it does |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function facts(operation: OperationName, declaration: OperationDeclaration): [string, string][] {
  const { admittedIn, phases, conflicts, handOver, pausable } = declaration;
  const asks = 'loss' in declaration || endsCluster(operation);
  return [
    [
      'Workflow',
      `\`${operation}\`, on task queue \`slipway\`; input as [JSON Schema](../../schemas/${operation}.json)`,
    ],
    ['Command', `[\`slipway ${commandOf(operation)}\`](../cli.md#slipway-${pageOf(operation)})`],
    [
      'Let in when the cluster',
      `${makesCluster(operation) ? 'does not exist, or is' : 'is'} ${admittedIn.map(code).join(', ')}`,
    ],
    [
      'The cluster is meanwhile, and then',
      `${code(phases.running)}, then ${code(phases.completed)}; ${code(phases.failed)} after a failure or a cancellation`,
    ],
    ['Asked for while the same one runs or waits, it', SAME[conflicts.same]],
    ['Asked for while another one runs or waits, it', OTHER[conflicts.other]],
    ['Takes over what concerns it while it runs', handOver === undefined ? 'no' : 'yes'],
    ['Can be [paused](../../how-to/pause-and-resume.md)', pausable ? 'yes' : 'no'],
    ['The command asks before', asks ? 'yes, where something would be removed' : 'no: it takes nothing away'],
  ];
}

const code = (text: string): string => `\`${text}\``;
