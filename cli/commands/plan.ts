import type { Command } from 'commander';
import { stringify } from 'yaml';
import { planCluster } from '../../client/plan-cluster.ts';
import type { Cli } from '../cli.ts';
import { addSpecOptions, readClusterSpec, type SpecOptions } from '../input/cluster-spec-input.ts';
import { formatTable } from '../output/table.ts';

/** `slipway plan`: the full specification and everything that would be made. Asks nobody. */
export function registerPlan(program: Command, cli: Cli): void {
  const command = addSpecOptions(
    program
      .command('plan')
      .description('show the full specification and everything that create would make; makes nothing'),
  );
  command.action((options: SpecOptions) =>
    cli.run(command, async (session) => {
      const { spec, resources } = planCluster(await readClusterSpec(options, session));
      const { style } = session;
      const rows = resources.map(({ service, type, name, count, detail }) => [service, type, `${count}`, name, detail]);
      const total = resources.reduce((sum, { count }) => sum + count, 0);
      session.show(style.bold('Specification, with every default:'));
      session.show(stringify(spec).trimEnd());
      session.show('');
      session.show(style.bold(`Will be made (${total}; "xxxxxx" stands for the random part of the cluster’s id):`));
      session.show(formatTable(['SERVICE', 'TYPE', 'COUNT', 'NAME', 'DETAIL'], rows, style));
      return { spec, resources };
    }),
  );
}
