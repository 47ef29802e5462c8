import { Option, type Command } from 'commander';
import { type ClusterPhase, clusterPhases } from '../../model/index.ts';
import type { ClusterSummary } from '../../client/cluster-list.ts';
import { LOST_PHASE } from '../../client/lost-workflow.ts';
import type { Cli } from '../cli.ts';
import { formatAge } from '../output/duration.ts';
import { formatTable } from '../output/table.ts';
import { colourPhase } from '../output/phase.ts';

/** Those of clusters that are there. */
const phases = clusterPhases.filter((phase) => phase !== 'Deleted');

/** `slipway list`: all clusters, by Temporal's visibility. */
export function registerList(program: Command, cli: Cli): void {
  const command = program
    .command('list')
    .alias('ls')
    .description('list clusters')
    .option('--cloud <cloud>', 'only those on this cloud')
    .option('--attention', 'only those whose operation waits for a person')
    .addOption(new Option('--phase <phase>', 'only those in this phase').choices(phases));
  command.action((options: { cloud?: string; phase?: ClusterPhase; attention?: boolean }) =>
    cli.run(command, async (session) => {
      const { clusters } = await session.slipway();
      const found: ClusterSummary[] = [];
      for await (const cluster of clusters.list({ ...options, signal: session.signal })) found.push(cluster);
      found.sort((a, b) => a.name.localeCompare(b.name));
      const now = session.environment.now();
      const rows = found.map(({ name, cloud, phase, attention, kubernetesVersion, createdAt }) => [
        name,
        colourPhase(phase, session.style, attention),
        cloud,
        kubernetesVersion,
        formatAge(createdAt, now),
      ]);
      const none = options.attention === true ? 'No cluster waits for anybody.' : 'There are no clusters.';
      session.show(
        found.length === 0 ? none : formatTable(['NAME', 'PHASE', 'CLOUD', 'KUBERNETES', 'AGE'], rows, session.style),
      );
      if (found.some(({ phase }) => phase === LOST_PHASE))
        session.note('Those that are Lost have no workflow any more: "slipway adopt NAME", or "slipway delete NAME".');
      return { clusters: found };
    }),
  );
}
