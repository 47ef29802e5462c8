import type { Command } from 'commander';
import { clusterNameOf, type DeleteClusterResult, type LeftResource } from '../../model/index.ts';
import { formatTable } from '../output/table.ts';
import type { Cli, Session } from '../cli.ts';
import { destructive } from '../destructive.ts';
import { usageError } from '../usage-error.ts';
import { clusterLoss, lossById } from './cluster-loss.ts';
import { followOperation, type FollowOptions, waitOptions } from './follow-operation.ts';

interface DeleteOptions extends FollowOptions {
  readonly abandon?: boolean;
  readonly id?: string;
  readonly cloud?: string;
}

/** `slipway delete`: deletes a cluster and everything that is its own. */
export function registerDelete(program: Command, cli: Cli): void {
  const command = waitOptions(
    program
      .command('delete')
      .description(
        'delete a cluster and everything that Slipway made for it; works at any time, also during its creation',
      )
      .argument('[name]', 'name of the cluster; with --id it is known')
      .option('--id <id>', 'the cluster with this id and no other of its name; also one that has lost its workflow')
      .option('--cloud <cloud>', 'with --id: the cloud of a cluster of which Vault knows nothing')
      .option('--abandon', 'forget the cluster even if something of it cannot be removed; what is left is printed'),
  );
  command.action(
    destructive(command, cli, async (session, given: string | undefined, options: DeleteOptions) => {
      const { id, cloud, abandon } = options;
      const name = nameOf(given, options);
      const { clusters } = await session.slipway();
      const { signal } = session;
      return {
        loss: () =>
          id === undefined
            ? clusters.describe(name, { signal }).then(clusterLoss)
            : lossById(clusters, id, cloud, signal),
        work: async () => {
          const handle = await clusters.delete(name, { id, cloud, abandon, signal });
          const result = await followOperation(session, clusters, handle, options, `Deleting cluster ${id ?? name}`);
          if (result === undefined) return { operation: handle.operation, name, workflowId: handle.workflowId };
          printResult(result, session);
          return { operation: handle.operation, workflowId: handle.workflowId, ...result };
        },
      };
    }),
  );
}

function nameOf(name: string | undefined, { id, cloud }: DeleteOptions): string {
  if (id === undefined && cloud !== undefined) throw usageError('--cloud goes with --id');
  if (name !== undefined) return name;
  if (id === undefined) throw usageError('Say which cluster: its name, or --id ID');
  return clusterNameOf(id);
}

function printResult({ name, removed, left, kept }: DeleteClusterResult, session: Session): void {
  const { style } = session;
  const count = Object.values(removed).reduce((sum, value) => sum + value, 0);
  const what = Object.entries(removed)
    .map(([type, number]) => `${number} ${type}`)
    .join(', ');
  session.print(
    `${style.good('✔')} Cluster ${name} is deleted: ${count} resources removed${what === '' ? '' : ` (${what})`}, ${left.length} left.`,
  );
  printResources('WHY IT IS LEFT', left, session);
  printResources('WHAT STAYS', kept, session);
}

function printResources(why: string, resources: readonly LeftResource[], session: Session): void {
  if (resources.length === 0) return;
  const rows = resources.map(({ service, type, name, id, reason }) => [service, type, name, id, reason]);
  session.print(formatTable(['SERVICE', 'TYPE', 'NAME', 'ID', why], rows, session.style));
}
