import type { Command } from 'commander';
import type { EndedOperation, RunningOperation } from '../../model/index.ts';
import type { ClusterSnapshot } from '../../client/cluster-snapshot.ts';
import { SlipwayError } from '../../client/slipway-error.ts';
import { failureTypeOf } from '../../client/watch-cluster.ts';
import type { Cli } from '../cli.ts';

/** `slipway watch`: follows what runs on a cluster to its end. */
export function registerWatch(program: Command, cli: Cli): void {
  const command = program
    .command('watch')
    .description('follow what runs on a cluster until it ends; fails when the operation fails')
    .argument('<name>', 'name of the cluster');
  command.action((name: string) =>
    cli.run(command, async (session) => {
      session.interruptedHint = `Stopped watching. What runs on ${name} goes on: "slipway watch ${name}" shows it again.`;
      const { clusters } = await session.slipway();
      const view = session.progressView();
      let last: ClusterSnapshot | undefined;
      try {
        for await (const snapshot of clusters.watch(name, { signal: session.signal })) {
          last = snapshot;
          view.show(snapshot);
        }
      } finally {
        view.end();
      }
      if (last === undefined) return {};
      const { description, operation } = last;
      if (operation !== undefined && hasEnded(operation)) throwUnlessCompleted(operation);
      session.print(
        operation === undefined
          ? `Nothing runs on ${name}; it is ${description.phase}.`
          : `${name} is ${description.phase}.`,
      );
      return { ...last };
    }),
  );
}

const hasEnded = (operation: RunningOperation | EndedOperation): operation is EndedOperation => 'outcome' in operation;

function throwUnlessCompleted(operation: EndedOperation): void {
  if (operation.outcome === 'completed') return;
  const { failure, workflowId } = operation;
  const message = failure?.message ?? `${operation.operation} was ${operation.outcome}`;
  throw new SlipwayError(failureTypeOf(operation), message, {
    workflowId,
    ...(failure?.left === undefined ? {} : { left: failure.left }),
  });
}
