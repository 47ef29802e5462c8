import { writeFile } from 'node:fs/promises';
import { commandOutput } from '../../local/command-output.ts';
import { childEnvironment } from '../../local/config.ts';
import type { FoundTool } from '../../local/tools.ts';

/** An image that is on every node already: the sandbox has no registry to pull from. */
const IMAGE = 'registry.k8s.io/pause:3.10.2';

/** What the demo does with the cluster, as a person would at a prompt. */
const COMMANDS = [
  ['get', 'nodes'],
  ['create', 'deployment', 'hello', `--image=${IMAGE}`, '--replicas=3'],
  ['rollout', 'status', 'deployment/hello', '--timeout=120s'],
  ['get', 'pods', '--output=wide'],
] as const;

/** Uses the cluster with kubectl, and prints each command and what it says. Throws when one fails. */
export async function useCluster(
  kubectl: FoundTool,
  kubeconfig: string,
  kubeconfigFile: string,
  print: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await writeFile(kubeconfigFile, kubeconfig, { mode: 0o600 });
  const env = childEnvironment({ KUBECONFIG: kubeconfigFile });
  for (const command of COMMANDS) {
    print(`$ kubectl ${command.join(' ')}`);
    const { stdout, stderr } = await commandOutput(kubectl.path, command, { timeout: 150_000, signal, env });
    print(`${(stdout + stderr).trimEnd()}\n`);
  }
}
