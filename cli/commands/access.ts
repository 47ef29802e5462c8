import type { Command } from 'commander';
import { applyAccessSchema, canonicalJson, declarationOf } from '../../model/index.ts';
import type { Cli, Session } from '../cli.ts';
import { destructive } from '../destructive.ts';
import { readAccess } from '../input/access-input.ts';
import { followOperation, type FollowOptions, waitOptions } from './follow-operation.ts';

interface FileOption {
  readonly file: string;
}

const FILE =
  'cluster specification as YAML or JSON, or a list of what stands under access there; - reads standard input';

/** `slipway access apply`: what users and groups may do in a living cluster, and who they are. */
export function registerAccess(program: Command, cli: Cli): void {
  const access = program.command('access').description('change what users and groups may do in a cluster');
  const declaration = declarationOf('applyAccess');
  const { title, summary } = declaration;
  const command = waitOptions(
    access
      .command('apply')
      .description(summary.charAt(0).toLowerCase() + summary.slice(1))
      .argument('<name>', 'name of the cluster'),
  ).requiredOption('-f, --file <file>', FILE);
  command.action(
    destructive(command, cli, async (session, name: string, { file, ...options }: FileOption & FollowOptions) => {
      const input = { name, ...(await readAccess(file, session)) };
      const { description } = await describe(session, name);
      const { authentication } = applyAccessSchema.parse(input);
      const before = description.spec.kubernetes.authentication;
      const others = authentication !== undefined && canonicalJson(authentication) !== canonicalJson(before);
      return {
        loss: () => {
          const what = declaration.loss?.(description, applyAccessSchema.parse(input));
          if (what === undefined) return Promise.resolve(undefined);
          return Promise.resolve({
            what,
            details: [['Cluster', `${description.id} on ${description.cloud}`]],
            answer: name,
          });
        },
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

async function describe(session: Session, name: string) {
  const { clusters } = await session.slipway();
  return clusters.describe(name, { signal: session.signal });
}
