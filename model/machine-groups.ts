import type { ClusterSpec } from './cluster-spec.ts';
import { CONTROL_PLANE_GROUP } from './names.ts';

/** How many machines a group shall have: what activities wait for, whatever the rest of the cluster is. */
export interface Expectation {
  /** Name of a node group, or `CONTROL_PLANE_GROUP`. */
  readonly group: string;
  readonly count: number;
}

/** The machines of a whole cluster, the control plane first. */
export const machineGroups = ({ controlPlane, nodeGroups }: ClusterSpec): Expectation[] => [
  { group: CONTROL_PLANE_GROUP, count: controlPlane.count },
  ...nodeGroups.map(({ name, count }) => ({ group: name, count })),
];

/** How many machines a node group shall have; 0 where there is none of this name. */
export const groupSize = ({ nodeGroups }: Pick<ClusterSpec, 'nodeGroups'>, group: string): number =>
  nodeGroups.find(({ name }) => name === group)?.count ?? 0;

/** How many machines that are. */
export const machinesOf = (expected: readonly Expectation[]): number =>
  expected.reduce((sum, { count }) => sum + count, 0);

/** The group, when only one is expected: then nothing else need be looked at. */
export const onlyGroup = ([first, ...more]: readonly Expectation[]): string | undefined =>
  more.length === 0 ? first?.group : undefined;
