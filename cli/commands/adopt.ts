import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { colourPhase } from '../output/phase.ts';

/** `slipway adopt`: makes the lost workflow of a cluster anew. */
export function registerAdopt(program: Command, cli: Cli): void {
  const command = program
    .command('adopt')
    .description(
      'make the lost workflow of a cluster anew, from what Vault keeps of it; touches nothing of the cluster',
    )
    .argument('<name>', 'name of the cluster')
    .option('--id <id>', 'which one, when several of this name have lost their workflows')
    .option('--cloud <cloud>', 'its cloud, when Vault holds no specification of it; it can then only be deleted');
  command.action((name: string, { id, cloud }: { id?: string; cloud?: string }) =>
    cli.run(command, async (session) => {
      const { clusters } = await session.slipway();
      const adopted = await clusters.adopt(name, { id, cloud, signal: session.signal });
      const phase = colourPhase(adopted.phase, session.style);
      session.show(`Cluster ${name} (${adopted.id} on ${adopted.cloud}) has a workflow again. It is ${phase}.`);
      return { ...adopted };
    }),
  );
}
