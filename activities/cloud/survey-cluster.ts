import { activityInfo } from '@temporalio/activity';
import type { ClusterSpec } from '../../model/index.ts';
import type { Clouds } from './clouds.ts';
import { ownResources } from './own-resources.ts';

type SurveyedKind =
  'server' | 'load balancer' | 'floating IP' | 'network' | 'subnet' | 'router' | 'port' | 'security group';

/** What a cluster has in its cloud. */
export interface Survey {
  /** How many there are of a kind; kinds of which there are none are left out. */
  readonly found: Readonly<Partial<Record<SurveyedKind, number>>>;
  /** The run of the workflow for which it was looked. */
  readonly runId: string;
}

/**
 * Asks for every list whose filter is the cluster's mark, before anything is made or removed: where one of them is
 * ignored, nothing is begun.
 *
 * @throws ApplicationFailure `OpenStack.FilterIgnored`
 */
export const surveyCluster =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<Survey> => {
    const own = ownResources(await clouds.get(spec.cloud), id);
    const lists: Record<SurveyedKind, Promise<readonly unknown[]>> = {
      server: own.servers.list(),
      'load balancer': own.loadBalancers.list(),
      'floating IP': own.floatingIps.list(),
      network: own.networks.list(),
      subnet: own.subnets.list(),
      router: own.routers.list(),
      port: own.ports.list(),
      'security group': own.securityGroups.list(),
    };
    const counts = Object.entries(lists).map(async ([type, list]) => [type, (await list).length] as const);
    return {
      found: Object.fromEntries((await Promise.all(counts)).filter(([, count]) => count > 0)),
      runId: activityInfo().workflowExecution?.runId ?? '',
    };
  };

/**
 * Whether the survey saw none of a kind and nobody can have made one since, so that whoever makes the first need not
 * look again. Another try of the activity follows one that may have made some. So may a workflow that was reset: it has
 * the survey of a run before its own.
 */
export function sawNone(survey: Survey | undefined, kind: SurveyedKind): boolean {
  const { attempt, workflowExecution } = activityInfo();
  if (survey === undefined || attempt > 1 || workflowExecution?.runId !== survey.runId) return false;
  return survey.found[kind] === undefined;
}
