import { Option, type Command } from 'commander';
import type { CreateClusterResult } from '../../model/index.ts';
import type { Cli } from '../cli.ts';
import { addSpecOptions, readClusterSpec, type SpecOptions } from '../input/cluster-spec-input.ts';
import { followOperation, type FollowOptions, waitOptions } from './follow-operation.ts';

/** `slipway create`: asks for a cluster and waits for it. */
export function registerCreate(program: Command, cli: Cli): void {
  const command = addSpecOptions(
    program.command('create').description('create a cluster, and wait until it is Ready'),
  ).addOption(new Option('--request-id <id>', 'make this request another than an equal one before it'));
  waitOptions(command).action((options: SpecOptions & FollowOptions & { requestId?: string }) =>
    cli.run(command, async (session) => {
      const spec = await readClusterSpec(options, session);
      const { clusters } = await session.slipway();
      const { requestId } = options;
      const handle = await clusters.create(spec, { requestId, signal: session.signal });
      const result = await followOperation(session, clusters, handle, options, `Creating cluster ${handle.name}`);
      if (result === undefined)
        return { operation: handle.operation, name: handle.name, workflowId: handle.workflowId };
      session.print(describeResult(result, session.style.good('✔')));
      return { operation: handle.operation, workflowId: handle.workflowId, ...result };
    }),
  );
}

function describeResult(result: CreateClusterResult, sign: string): string {
  const { name, kubernetesVersion, controlPlanes, nodes, secondsToReady, apiEndpoint } = result;
  return [
    `${sign} Cluster ${name} is Ready after ${Math.round(secondsToReady)} s: Kubernetes ${kubernetesVersion}, control planes: ${controlPlanes}, nodes: ${nodes}`,
    `  API         ${apiEndpoint}`,
    `  kubeconfig  slipway kubeconfig ${name} -o ${name}.kubeconfig`,
  ].join('\n');
}
