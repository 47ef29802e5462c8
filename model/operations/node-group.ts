import type { NodeGroup } from '../cluster-spec.ts';
import type { GenerationCount } from '../generation.ts';
import { observedMachines } from '../observed.ts';
import { asCreated } from './create-cluster.ts';
import type { KnownCluster, Learned } from './declaration.ts';

/** Machines of a node group that one request may name. */
export const MOST_NAMED = 100;

/** A caller waits for a day; what is not done by then is asked for again. */
export const LONGEST_MINUTES = 20 * 60;

/** How many machines are drained and removed at once. */
export const WAVE_SIZE = 100;

/** A node group of a cluster by its name, or what is wrong with the name. */
export function findNodeGroup({ spec }: Pick<KnownCluster, 'spec'>, name: string): NodeGroup | { reason: string } {
  const names = spec.nodeGroups.map((group) => group.name).join(', ') || 'none';
  return (
    spec.nodeGroups.find((group) => group.name === name) ?? {
      reason: `cluster ${spec.name} has no node group ${name}; it has ${names}`,
    }
  );
}

/** What is known of a cluster after an operation on the machines of a node group has completed. */
export function nodeGroupObserved(
  { spec, observed }: KnownCluster,
  result: {
    readonly group: string;
    readonly count: number;
    readonly generations?: readonly GenerationCount[] | undefined;
  },
): Learned {
  const { group, count, generations } = result;
  const before = observed ?? asCreated(spec);
  const { kubernetesVersion } = before.nodeGroups[group] ?? before.controlPlane;
  const nodeGroups = { ...before.nodeGroups, [group]: observedMachines(count, kubernetesVersion, generations) };
  return { observed: { ...before, nodeGroups } };
}
