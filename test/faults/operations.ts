import type { ClusterSpecInput, OperationName } from '../../model/index.ts';

/** An operation as the matrix runs it. */
export interface OperationUnderTest {
  readonly name: OperationName;
  /** What is run, without faults, before it. */
  readonly needs: readonly OperationName[];
  /** Its input beside the cluster's name; a creation's is the specification. */
  readonly input?: Readonly<Record<string, unknown>>;
}

/** The operations of the matrix: one line each. Calls, faults and checks are found by running them. */
export const operationsUnderTest: readonly OperationUnderTest[] = [
  { name: 'createCluster', needs: [] },
  { name: 'deleteCluster', needs: ['createCluster'] },
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
export function inputOf(name: OperationName, cluster: string): unknown {
  if (name === 'createCluster') return clusterSpec(cluster);
  return { name: cluster, ...operationsUnderTest.find((one) => one.name === name)?.input };
}
