import type { ClusterSpecInput, OperationName } from '../../model/index.ts';

/** An operation as the matrix runs it. */
export interface OperationUnderTest {
  /** Of its rows; an operation that does different things has several. */
  readonly name: MatrixName;
  readonly runs: OperationName;
  /** What is run, without faults, before it. */
  readonly needs: readonly MatrixName[];
  /** Its input beside the cluster's name; a creation's is the specification. */
  readonly input?: Readonly<Record<string, unknown>>;
  /** A call: in an earlier try, whatever it makes turns ERROR, so that there is something to repair. */
  readonly broken?: string;
  /** Only the calls of this activity are met: another row meets the others. */
  readonly only?: string;
}

export type MatrixName =
  | 'createCluster'
  | 'repairCreation'
  | 'deleteCluster'
  | 'growNodeGroup'
  | 'shrinkNodeGroup'
  | 'replaceControlPlane'
  | 'applyAccess'
  | 'replaceNodeGroup'
  | 'applyAddons';

/** The operations of the matrix: one line each. Calls, faults and checks are found by running them. */
export const operationsUnderTest: readonly OperationUnderTest[] = [
  { name: 'createCluster', runs: 'createCluster', needs: [] },
  {
    ...{ name: 'repairCreation', runs: 'createCluster', needs: [], only: 'repairApi' },
    broken: 'ensureApi POST openstack /load-balancer/v2/lbaas/loadbalancers [{cluster}-api]',
  },
  { name: 'deleteCluster', runs: 'deleteCluster', needs: ['createCluster'] },
  ...(
    [
      ['growNodeGroup', 4],
      ['shrinkNodeGroup', 1],
    ] as const
  ).map(([name, count]): OperationUnderTest => ({
    ...{ name, runs: 'resizeNodeGroup', needs: ['createCluster'] },
    input: { group: 'workers', count, drainMinutes: 1 },
  })),
  {
    ...{ name: 'replaceNodeGroup', runs: 'replaceNodeGroup', needs: ['createCluster'] },
    input: { group: 'workers', maxSurge: 2, drainMinutes: 1 },
  },
  {
    ...{ name: 'replaceControlPlane', runs: 'replaceControlPlane', needs: ['createCluster'] },
    input: { drainMinutes: 1 },
  },
  {
    ...{ name: 'applyAccess', runs: 'applyAccess', needs: ['createCluster'] },
    input: { access: [{ role: 'edit', namespace: 'web', groups: ['oidc:web'] }] },
  },
  {
    ...{ name: 'applyAddons', runs: 'applyAddons', needs: ['createCluster'] },
    input: { addons: { custom: [{ name: 'greeter', chart: 'greeter', version: '1.0.0', required: true }] } },
  },
];

/** The smallest cluster that has everything: a machine with a port of its own, and two made by one request. */
export const clusterSpec = (name: string): ClusterSpecInput => ({
  name,
  // Each has a cloud of its own name, so that it logs in afresh and its way to the cloud can be broken alone.
  cloud: name,
  controlPlane: { count: 1 },
  nodeGroups: [{ name: 'workers', count: 2 }],
});

/** The input of an operation on a cluster. */
export function inputOf({ runs, input }: OperationUnderTest, cluster: string): unknown {
  return runs === 'createCluster' ? clusterSpec(cluster) : { name: cluster, ...input };
}

/** The operation of the matrix with this name. */
export function underTest(name: MatrixName): OperationUnderTest {
  const operation = operationsUnderTest.find((one) => one.name === name);
  if (operation === undefined) throw new Error(`${name} is not in the matrix`);
  return operation;
}
