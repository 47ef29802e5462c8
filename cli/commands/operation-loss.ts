import { type ClusterDescription, declarationOf, type OperationName } from '../../model/index.ts';
import type { Session } from '../cli.ts';
import type { Loss } from '../destructive.ts';

/** A cluster as its workflow describes it. @throws SlipwayError `Slipway.NotFound` */
export async function describedCluster(session: Session, name: string): Promise<ClusterDescription> {
  const { clusters } = await session.slipway();
  return (await clusters.describe(name, { signal: session.signal })).description;
}

/**
 * What an operation with this input, parsed by its schema, would take away from the cluster as it is; undefined when it
 * is nothing.
 */
export function operationLoss(operation: OperationName, cluster: ClusterDescription, input: unknown): Loss | undefined {
  const what = declarationOf(operation).loss?.(cluster, input);
  if (what === undefined) return undefined;
  return { what, details: [['Cluster', `${cluster.id} on ${cluster.cloud}`]], answer: cluster.name };
}
