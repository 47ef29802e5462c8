import type { Command } from 'commander';
import type { Orphan } from '../../model/index.ts';
import type { Cli } from '../cli.ts';
import { formatAge } from '../output/duration.ts';
import { formatTable } from '../output/table.ts';

/** `slipway orphans`: what is a cluster's and no running workflow answers for. */
export function registerOrphans(program: Command, cli: Cli): void {
  const command = program
    .command('orphans')
    .description(
      'list clusters that have something in a cloud or in Vault but no workflow, with what they cost; changes nothing',
    )
    .option('--cloud <name...>', 'look at these clouds only; every cloud in Vault when absent');
  command.action(({ cloud }: { cloud?: string[] }) =>
    cli.run(command, async (session) => {
      const { clusters } = await session.slipway();
      const report = await clusters.findOrphans({ clouds: cloud, signal: session.signal });
      const now = session.environment.now();
      const rows = report.orphans.map((orphan) => [
        ...[orphan.id, orphan.cloud, orphan.createdAt === undefined ? '-' : formatAge(orphan.createdAt, now)],
        ...[orphan.servers, orphan.vcpus, Math.round(orphan.ramMiB / 1024), orphan.volumesGiB].map(String),
        ...[
          describeResources(orphan),
          orphan.kept ? `adopt ${orphan.name}` : `delete --id ${orphan.id} --cloud ${orphan.cloud}`,
        ],
      ]);
      const head = ['ID', 'CLOUD', 'AGE', 'SERVERS', 'VCPUS', 'RAM GIB', 'VOLUMES GIB', 'RESOURCES', 'SLIPWAY'];
      session.show(
        rows.length === 0
          ? `Every cluster in ${report.clouds} clouds has its workflow.`
          : formatTable(head, rows, session.style),
      );
      if (report.total > rows.length) session.note(`${report.total - rows.length} more are not shown.`);
      for (const { cloud: name, message } of report.problems)
        session.note(`Cloud ${name} could not be looked at: ${message}`);
      return { ok: report.problems.length === 0, ...report };
    }),
  );
}

function describeResources({ resources }: Orphan): string {
  const kinds = Object.entries(resources).map(([type, count]) => `${count} ${type}`);
  return kinds.length === 0 ? 'in Vault only' : kinds.join(', ');
}
