import type { Command } from 'commander';
import { applyAccessSchema, canonicalJson, declarationOf } from '../../model/index.ts';
import type { Cli } from '../cli.ts';
import { destructive } from '../destructive.ts';
import { readAccess } from '../input/access-input.ts';
import { followOperation, type FollowOptions, waitOptions } from './follow-operation.ts';
import { describedCluster, operationLoss } from './operation-loss.ts';

interface FileOption {
  readonly file: string;
}

const FILE =
  'cluster specification as YAML or JSON, or a list of what stands under access there; - reads standard input';

/** `slipway access apply`: what users and groups may do in a living cluster, and who they are. */
export function registerAccess(program: Command, cli: Cli): void {
  const access = program.command('access').description('change what users and groups may do in a cluster');
  const { title, summary } = declarationOf('applyAccess');
  const command = waitOptions(
    access
      .command('apply')
      .description(summary.charAt(0).toLowerCase() + summary.slice(1))
      .argument('<name>', 'name of the cluster'),
  ).requiredOption('-f, --file <file>', FILE);
  command.action(
    destructive(command, cli, async (session, name: string, { file, ...options }: FileOption & FollowOptions) => {
      const input = { name, ...(await readAccess(file, session)) };
      const cluster = await describedCluster(session, name);
      const wanted = applyAccessSchema.parse(input);
      const { authentication = cluster.spec.kubernetes.authentication } = wanted;
      const others = canonicalJson(authentication) !== canonicalJson(cluster.spec.kubernetes.authentication);
      return {
        loss: () => Promise.resolve(operationLoss('applyAccess', cluster, wanted)),
        work: async () => {
          const { clusters } = await session.slipway();
          const handle = await clusters.applyAccess(input, { signal: session.signal });
          const result = await followOperation(session, clusters, handle, options, `${title}: ${name}`);
          const operation = 'applyAccess';
          if (others) {
            session.note(
              `Who the users are has changed: machines of the control plane know it that are made from now on. "slipway replace-control-plane ${name}" replaces those that there are.`,
            );
          }
          if (result === undefined) return { operation, name, workflowId: handle.workflowId };
          const { bindings, changed, removed } = result;
          session.print(
            `${session.style.good('✔')} ${title}: ${name}. ${bindings} bindings, ${changed} changed, ${removed} removed`,
          );
          return { operation, workflowId: handle.workflowId, ...result };
        },
      };
    }),
  );
}
