import type { Command } from 'commander';
import type { DeleteClusterResult } from '../../../model/index.ts';
import { formatTable } from '../output/table.ts';
import type { Cli, Session } from '../cli.ts';
import { destructive } from '../destructive.ts';
import { clusterLoss } from './cluster-loss.ts';
import { followOperation, type FollowOptions, waitOptions } from './follow-operation.ts';

interface DeleteOptions extends FollowOptions {
  readonly abandon?: boolean;
}

/** `slipway delete`: deletes a cluster and everything that is its own. */
export function registerDelete(program: Command, cli: Cli): void {
  const command = waitOptions(
    program
      .command('delete')
      .description(
        'delete a cluster and everything that Slipway made for it; works at any time, also during its creation',
      )
      .argument('<name>', 'name of the cluster')
      .option('--abandon', 'forget the cluster even if something of it cannot be removed; what is left is printed'),
  );
  command.action(
    destructive(command, cli, async (session, name: string, options: DeleteOptions) => {
      const { clusters } = await session.slipway();
      return {
        loss: async () => clusterLoss(await clusters.describe(name, { signal: session.signal })),
        work: async () => {
          const handle = await clusters.delete(name, { abandon: options.abandon, signal: session.signal });
          const result = await followOperation(session, clusters, handle, options, `Deleting cluster ${name}`);
          if (result === undefined) return { operation: handle.operation, name, workflowId: handle.workflowId };
          printResult(result, session);
          return { operation: handle.operation, workflowId: handle.workflowId, ...result };
        },
      };
    }),
  );
}

function printResult({ name, removed, left }: DeleteClusterResult, session: Session): void {
  const { style } = session;
  const count = Object.values(removed).reduce((sum, value) => sum + value, 0);
  const what = Object.entries(removed)
    .map(([type, number]) => `${number} ${type}`)
    .join(', ');
  session.print(
    `${style.good('✔')} Cluster ${name} is deleted: ${count} resources removed${what === '' ? '' : ` (${what})`}, ${left.length} left.`,
  );
  if (left.length === 0) return;
  const rows = left.map(({ service, type, name: resource, id, reason }) => [service, type, resource, id, reason]);
  session.print(formatTable(['SERVICE', 'TYPE', 'NAME', 'ID', 'WHY IT IS LEFT'], rows, style));
}
