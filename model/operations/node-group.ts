import { z } from 'zod';
import type { NodeGroup } from '../cluster-spec.ts';
import { generationsSchema, observedMachines } from '../observed.ts';
import { asCreated } from './create-cluster.ts';
import type { KnownCluster, Learned } from './declaration.ts';

/** Machines of a node group that one request may name. */
export const MOST_NAMED = 100;

/** A caller waits for a day; what is not done by then is asked for again. */
export const LONGEST_MINUTES = 20 * 60;

/** How many machines are drained and removed at once. */
export const WAVE_SIZE = 100;

/** Result of an operation on the machines of a node group. */
export const nodeGroupResultSchema = z.strictObject({
  name: z.string().min(1),
  id: z.string().min(1),
  group: z.string().min(1),
  count: z.int().min(0).describe('Machines of the group, all Ready nodes'),
  generations: generationsSchema.optional().describe('What they were made of; the newest last'),
  added: z.int().min(0),
  removed: z.int().min(0),
  forced: z.int().min(0).describe('Machines that were removed although a budget still blocked their drain'),
  takenOver: z
    .int()
    .min(1)
    .optional()
    .describe(
      'How many wishes for the size of the group it took over while it ran; `count` is what the last one asked for',
    ),
});

export type NodeGroupResult = Readonly<z.output<typeof nodeGroupResultSchema>>;

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
  result: Pick<NodeGroupResult, 'group' | 'count' | 'generations'>,
): Learned {
  const { group, count, generations } = result;
  const before = observed ?? asCreated(spec);
  const { kubernetesVersion } = before.nodeGroups[group] ?? before.controlPlane;
  const nodeGroups = { ...before.nodeGroups, [group]: observedMachines(count, kubernetesVersion, generations) };
  return { observed: { ...before, nodeGroups } };
}
