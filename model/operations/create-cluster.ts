import { addonMinutes } from '../addon-minutes.ts';
import { type ClusterPhase, LIVING } from '../cluster-phase.ts';
import { type ClusterSpec, clusterSpecSchema } from '../cluster-spec.ts';
import { type CreateClusterResult, createClusterResultSchema } from '../created-cluster.ts';
import { FailureType } from '../failures.ts';
import { CONTROL_PLANE_GROUP } from '../names.ts';
import { type Observed, type ObservedMachines, observedMachines } from '../observed.ts';
import { sameSpec } from '../same-spec.ts';
import { declare, type DeclaredRequest, type KnownCluster, type Refusal } from './declaration.ts';

/** Makes a cluster, and goes on with one whose creation failed. */
export const createCluster = declare({
  title: 'Create a cluster',
  verb: 'create',
  summary: 'Creates a cluster. Repeated after a failure with the same specification, it goes on where it stopped',
  schema: clusterSpecSchema,
  result: createClusterResultSchema,
  admittedIn: ['Creating', 'CreateFailed'],
  phases: { running: 'Creating', completed: 'Ready', failed: 'CreateFailed' },
  observe: ({ spec }, created) => ({
    observed: asCreated(spec, created.generations, created.addons),
    created,
  }),
  refuse: whyTaken,
  answer: ({ createdBy, created, phase }, { requestedBy }) =>
    createdBy === requestedBy && SERVING.includes(phase) ? created : undefined,
  conflicts: { same: 'queue', other: 'queue' },
  pausable: false,
  deadlineMinutes: ({ addons, kubernetes }) => 90 + addonMinutes(addons, kubernetes.version),
});

/** A cluster that is being deleted is no answer to who asked for it. */
const SERVING: readonly ClusterPhase[] = [...LIVING, 'Updating'];

/** What there is of a cluster once it was created. */
export function asCreated(
  { kubernetes, controlPlane, nodeGroups }: ClusterSpec,
  generations: CreateClusterResult['generations'] = {},
  addons: CreateClusterResult['addons'] = {},
): Observed {
  const machines = (group: string, count: number): ObservedMachines =>
    observedMachines(count, kubernetes.version, generations[group]);
  return {
    controlPlane: machines(CONTROL_PLANE_GROUP, controlPlane.count),
    nodeGroups: Object.fromEntries(nodeGroups.map(({ name, count }) => [name, machines(name, count)])),
    addons,
  };
}

function whyTaken(cluster: KnownCluster, { input, digest }: DeclaredRequest<ClusterSpec>): Refusal | undefined {
  const { spec, phase, id, createdBy } = cluster;
  const same = sameSpec({ digest, spec: input }, cluster);
  if (same && (createdBy === undefined || phase === 'CreateFailed')) return undefined;
  const advice =
    phase === 'CreateFailed' && !same
      ? 'its creation failed: repeat it with the same specification to resume, or delete the cluster first'
      : 'choose another name, or delete the cluster first';
  return {
    type: FailureType.NameTaken,
    message: `the name ${spec.name} is taken by cluster ${id} (${phase}): ${advice}`,
  };
}
