import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { DeleteClusterResult } from '../../../model/index.ts';
import { formatTable } from '../output/table.ts';
import type { Cli, Session } from '../cli.ts';
import { usageError } from '../usage-error.ts';
import { followOperation, type FollowOptions, waitOptions } from './follow-operation.ts';

interface DeleteOptions extends FollowOptions {
  readonly yes?: boolean;
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
      .option('-y, --yes', 'do not ask for the name again (on a terminal)')
      .option('--abandon', 'forget the cluster even if something of it cannot be removed; what is left is printed'),
  );
  command.action((name: string, options: DeleteOptions) =>
    cli.run(command, async (session) => {
      if (options.yes !== true && session.interactive) await confirm(name, session);
      const { clusters } = await session.slipway();
      const handle = await clusters.delete(name, { abandon: options.abandon, signal: session.signal });
      const result = await followOperation(session, clusters, handle, options, `Deleting cluster ${name}`);
      if (result === undefined) return { operation: handle.operation, name, workflowId: handle.workflowId };
      printResult(result, session);
      return { operation: handle.operation, workflowId: handle.workflowId, ...result };
    }),
  );
}

async function confirm(name: string, session: Session): Promise<void> {
  const { stdin, stdout } = session.environment;
  const lines = createInterface({ input: stdin, output: stdout });
  try {
    const question = `This deletes cluster ${name} and everything in it. Type its name to go on: `;
    const answer = await lines.question(question, { signal: session.signal });
    if (answer.trim() !== name) throw usageError(`That is not "${name}": nothing was deleted`);
  } finally {
    lines.close();
  }
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
