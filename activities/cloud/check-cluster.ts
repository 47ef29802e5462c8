import { ApplicationFailure } from '@temporalio/activity';
import { type ClusterSpec, FailureType } from '../../model/index.ts';
import type { Clouds } from './clouds.ts';
import { type ClusterFacts, preFlight } from './pre-flight/pre-flight.ts';

/**
 * The pre-flight: whether the cloud can hold the cluster, before anything is made. All that is wrong is said at once.
 *
 * @throws ApplicationFailure `Slipway.PreflightFailed`
 */
export const checkCluster =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<ClusterFacts> => {
    const { facts, problems } = await preFlight(await clouds.get(spec.cloud), spec, id);
    if (problems.length === 0) return facts;
    throw ApplicationFailure.create({
      type: FailureType.PreflightFailed,
      message: `cloud ${spec.cloud} cannot hold cluster ${spec.name}: ${problems.join('; ')}`,
      nonRetryable: true,
      details: [{ problems }],
    });
  };
