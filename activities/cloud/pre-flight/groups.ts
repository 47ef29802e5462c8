import { type ClusterSpec, CONTROL_PLANE_GROUP, type MachineTemplate } from '../../../model/index.ts';

/** What the pre-flight has to know of a group of machines; the control plane is one, too. */
export interface Group {
  readonly name: string;
  readonly count: number;
  readonly template: MachineTemplate;
  readonly zones: readonly string[];
}

/** All groups of a cluster, the control plane first. */
export function machineGroups({ controlPlane, nodeGroups }: ClusterSpec): Group[] {
  return [
    {
      name: CONTROL_PLANE_GROUP,
      count: controlPlane.count,
      template: controlPlane,
      zones: controlPlane.availabilityZones,
    },
    ...nodeGroups.map((group) => ({
      name: group.name,
      count: group.count,
      template: group,
      zones: group.availabilityZone === undefined ? [] : [group.availabilityZone],
    })),
  ];
}

/** Sums a property over all machines of a cluster. */
export function sumOverMachines(spec: ClusterSpec, of: (group: Group) => number): number {
  return machineGroups(spec).reduce((total, group) => total + group.count * of(group), 0);
}
