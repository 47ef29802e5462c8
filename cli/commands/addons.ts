import type { Command } from 'commander';
import { addonChanges, type AddonLook, addonsSchema, declarationOf } from '../../model/index.ts';
import type { Cli } from '../cli.ts';
import { destructive } from '../destructive.ts';
import { readAddons } from '../input/addons-input.ts';
import { ADDON_COLUMNS, addonRows } from '../output/addon-rows.ts';
import { plain } from '../output/plain-text.ts';
import { formatTable } from '../output/table.ts';
import { followOperation, type FollowOptions, waitOptions } from './follow-operation.ts';
import { describedCluster, operationLoss } from './operation-loss.ts';

interface FileOption {
  readonly file: string;
}

/** `slipway addons list|plan|diff|apply|history`: what is installed into a cluster. */
export function registerAddons(program: Command, cli: Cli): void {
  const addons = program.command('addons').description('show and change what is installed into a cluster by Helm');
  registerListAddons(addons, cli);
  registerPlan(addons, cli);
  registerDiff(addons, cli);
  registerApply(addons, cli);
  registerHistory(addons, cli);
}

const FILE = 'addons as YAML or JSON, or a cluster specification that has them; - reads standard input';

const clusterArgument = (command: Command): Command => command.argument('<name>', 'name of the cluster');

function registerListAddons(parent: Command, cli: Cli): void {
  const command = clusterArgument(
    parent.command('list').alias('ls').description('list the addons of a cluster, as its last operation left them'),
  );
  command.action((name: string) =>
    cli.run(command, async (session) => {
      const description = await describedCluster(session, name);
      const rows = addonRows(description);
      session.show(rows.length === 0 ? `${name} has no addons.` : formatTable(ADDON_COLUMNS, rows, session.style));
      return { addons: description.spec.addons, observed: description.observed?.addons ?? {} };
    }),
  );
}

function registerPlan(parent: Command, cli: Cli): void {
  const command = clusterArgument(
    parent
      .command('plan')
      .description(
        'compare the addons of a file with those of the cluster’s record; asks nothing of the cluster itself',
      ),
  ).requiredOption('-f, --file <file>', FILE);
  command.action((name: string, { file }: FileOption) =>
    cli.run(command, async (session) => {
      const input = await readAddons(file, session);
      const { spec } = await describedCluster(session, name);
      const changes = addonChanges(spec.addons, addonsSchema.parse(input), spec.kubernetes.version);
      const addons = changes.map(({ key, change, version, from, after }) => ({
        ...{ key, change, version },
        detail: from === undefined ? (after.length === 0 ? '' : `after ${after.join(', ')}`) : `from ${from}`,
      }));
      const rows = addons.map(({ key, change, version, detail }) => [key, change, version, detail]);
      session.show(
        rows.length === 0
          ? 'Nothing is wanted, and nothing is there.'
          : formatTable(['ADDON', 'CHANGE', 'VERSION', 'DETAIL'], rows, session.style),
      );
      return { addons };
    }),
  );
}

function registerDiff(parent: Command, cli: Cli): void {
  const command = clusterArgument(
    parent
      .command('diff')
      .description('say what apply would change in the cluster, by a dry run; names of fields, never values'),
  ).option('-f, --file <file>', `${FILE}; the addons of the cluster’s specification when absent`);
  command.action((name: string, { file }: Partial<FileOption>) =>
    cli.run(command, async (session) => {
      const addons = file === undefined ? undefined : await readAddons(file, session);
      const { clusters } = await session.slipway();
      const look = await clusters.lookAtAddons(name, { addons, diff: true, signal: session.signal });
      session.show(look.addons.flatMap(differences).join('\n') || 'No addons.');
      return { ...look };
    }),
  );
}

const MARKS = { add: '+', change: '~', remove: '-' } as const;

function differences({ key, version, wanted, installed, objects = [], more, problem }: AddonLook): string[] {
  if (!wanted) return [`${key} ${version}: is removed`];
  if (problem !== undefined) return [`${key} ${version}: cannot be compared: ${plain(problem)}`];
  const change =
    installed === undefined
      ? 'is installed'
      : installed.version === version
        ? installed.drift || objects.length > 0
          ? 'changes'
          : 'stays'
        : `changes from ${installed.version}`;
  return [
    `${key} ${version}: ${change}`,
    ...objects.map(
      (one) => `  ${MARKS[one.change]} ${one.name}${one.fields.length === 0 ? '' : `: ${one.fields.join(', ')}`}`,
    ),
    ...(more === undefined ? [] : [`  and ${more} more objects`]),
  ];
}

function registerApply(parent: Command, cli: Cli): void {
  const { title, summary } = declarationOf('applyAddons');
  const command = waitOptions(
    clusterArgument(parent.command('apply').description(summary.charAt(0).toLowerCase() + summary.slice(1))),
  ).requiredOption('-f, --file <file>', FILE);
  command.action(
    destructive(command, cli, async (session, name: string, { file, ...options }: FileOption & FollowOptions) => {
      const addons = await readAddons(file, session);
      return {
        loss: async () => {
          const input = { name, addons: addonsSchema.parse(addons) };
          return operationLoss('applyAddons', await describedCluster(session, name), input);
        },
        work: async () => {
          const { clusters } = await session.slipway();
          const handle = await clusters.applyAddons({ name, addons }, { signal: session.signal });
          const result = await followOperation(session, clusters, handle, options, `${title}: ${name}`);
          const operation = 'applyAddons';
          if (result === undefined) return { operation, name, workflowId: handle.workflowId };
          const failed = Object.entries(result.addons).filter(([, { state }]) => state !== 'ready');
          const { changed, removed } = result;
          session.print(`${session.style.good('✔')} ${title}: ${name}. ${changed} changed, ${removed} removed`);
          if (failed.length > 0) {
            session.note(
              `Not ready, and not required: ${failed.map(([key, { state }]) => `${key} (${state})`).join(', ')}`,
            );
          }
          return { operation, workflowId: handle.workflowId, ...result };
        },
      };
    }),
  );
}

function registerHistory(parent: Command, cli: Cli): void {
  const command = clusterArgument(
    parent.command('history').description('show the last changes of each addon, as Helm keeps them in the cluster'),
  );
  command.action((name: string) =>
    cli.run(command, async (session) => {
      const { clusters } = await session.slipway();
      const { addons } = await clusters.lookAtAddons(name, { signal: session.signal });
      const rows = addons.flatMap(({ key, installed }) =>
        (installed?.history ?? []).map(({ revision, updated, status, chart }) => [
          key,
          `${revision}`,
          updated,
          status,
          chart,
        ]),
      );
      session.show(
        rows.length === 0
          ? `Nothing was installed into ${name}.`
          : formatTable(['ADDON', 'REVISION', 'UPDATED', 'STATUS', 'CHART'], rows, session.style),
      );
      return { addons };
    }),
  );
}
