import { addApiMember } from './api/add-api-member.ts';
import { ensureControlPlaneMachine } from './control-plane/ensure-control-plane-machine.ts';
import { forgetLostControlPlanes } from './control-plane/forget-lost-control-planes.ts';
import { lookAtControlPlane } from './control-plane/look-at-control-plane.ts';
import { removeApiMember } from './api/remove-api-member.ts';
import { removeControlPlaneMachine } from './control-plane/remove-control-plane-machine.ts';
import { removeEtcdMember } from './control-plane/remove-etcd-member.ts';
import { waitForControlPlane } from './control-plane/wait-for-control-plane.ts';
import type { ActivityDeps } from './deps.ts';
import { admitMachines } from './kubernetes/admit-machines.ts';
import { deleteInside } from './kubernetes/delete-inside.ts';
import { drainNodes } from './kubernetes/drain-nodes.ts';
import { revokeJoinTokens } from './kubernetes/revoke-join-tokens.ts';
import { uncordonNodes } from './kubernetes/uncordon-nodes.ts';
import { waitForApi } from './kubernetes/wait-for-api.ts';
import { waitForNodes } from './kubernetes/wait-for-nodes.ts';
import { toFailure } from './lib/failures.ts';
import { limitStep, withinLimit } from './lib/step-deadline.ts';
import { chooseSurplus } from './machines/choose-surplus.ts';
import { findMachineNeeds } from './machines/find-machine-needs.ts';
import { lookAtGenerations } from './machines/look-at-generations.ts';
import { lookAtGroup } from './machines/look-at-group.ts';
import { removeMachines } from './machines/remove-machines.ts';
import { checkCloud } from './cloud/check-cloud.ts';
import { checkCluster } from './cloud/check-cluster.ts';
import { Clouds } from './cloud/clouds.ts';
import { deleteFloatingIps } from './api/delete-floating-ips.ts';
import { deleteLoadBalancers } from './api/delete-load-balancers.ts';
import { deleteNetwork } from './network/delete-network.ts';
import { deleteServerGroups } from './machines/delete-server-groups.ts';
import { deleteAllServers, deleteServers } from './machines/delete-servers.ts';
import { ensureApi } from './api/ensure-api.ts';
import { ensureControlPlane } from './machines/ensure-control-plane.ts';
import { ensureNetwork } from './network/ensure-network.ts';
import { ensureNodes } from './machines/ensure-nodes.ts';
import { ensureSecurityGroups } from './network/ensure-security-groups.ts';
import { ensureServerGroups } from './machines/ensure-server-groups.ts';
import { removeStrandedMachines } from './machines/remove-stranded-machines.ts';
import { surveyCluster } from './cloud/survey-cluster.ts';
import { sweep } from './cluster/sweep.ts';
import { waitForLoadBalancer } from './api/wait-for-load-balancer.ts';
import { waitForServers } from './machines/wait-for-servers.ts';
import { adoptCluster } from './cluster/adopt-cluster.ts';
import { findOrphans } from './cluster/find-orphans.ts';
import { requestOperation } from './cluster/request-operation.ts';
import { deleteSecrets } from './secrets/delete-secrets.ts';
import { ensureSecrets } from './secrets/ensure-secrets.ts';
import { forgetCluster, keepRecord } from './cluster/kept-clusters.ts';
import { publishKubeconfig } from './secrets/publish-kubeconfig.ts';

export type { ActivityDeps, OpenStackRequest } from './deps.ts';

/** Every activity of Slipway, by the name under which workflows call it. */
export type Activities = ReturnType<typeof composeActivities>;

/**
 * Makes the activities of a worker. Errors of OpenStack, Vault and Kubernetes leave them as failures of a stable type.
 */
export function createActivities(deps: ActivityDeps): Activities {
  const clouds = new Clouds(deps.vault, deps.onOpenStackRequest, deps.openStackProxy);
  return withVerdicts(composeActivities({ ...deps, clouds }), deps.stepTimeoutMs);
}

function composeActivities(deps: ActivityDeps & { clouds: Clouds }) {
  return {
    requestOperation: requestOperation(deps),
    adoptCluster: adoptCluster(deps),
    findOrphans: findOrphans(deps),
    keepRecord: keepRecord(deps),
    checkCloud: checkCloud(deps),

    surveyCluster: surveyCluster(deps),
    checkCluster: checkCluster(deps),
    ensureSecrets: ensureSecrets(deps),
    ensureNetwork: ensureNetwork(deps),
    ensureSecurityGroups: ensureSecurityGroups(deps),
    ensureServerGroups: ensureServerGroups(deps),
    ensureApi: ensureApi(deps),
    waitForLoadBalancer: waitForLoadBalancer(deps),
    publishKubeconfig: publishKubeconfig(deps),
    removeStrandedMachines: removeStrandedMachines(deps),
    ensureControlPlane: ensureControlPlane(deps),
    ensureNodes: ensureNodes(deps),
    waitForServers: waitForServers(deps),
    waitForApi: waitForApi(deps),
    admitMachines: admitMachines(deps),
    waitForNodes: waitForNodes(deps),
    revokeJoinTokens: revokeJoinTokens(deps),
    lookAtGenerations: lookAtGenerations(deps),

    lookAtGroup: lookAtGroup(deps),
    findMachineNeeds: findMachineNeeds(deps),
    chooseSurplus: chooseSurplus(deps),
    drainNodes: drainNodes(deps),
    uncordonNodes: uncordonNodes(deps),
    removeMachines: removeMachines(deps),

    lookAtControlPlane: lookAtControlPlane(deps),
    forgetLostControlPlanes: forgetLostControlPlanes(deps),
    ensureControlPlaneMachine: ensureControlPlaneMachine(deps),
    waitForControlPlane: waitForControlPlane(deps),
    addApiMember: addApiMember(deps),
    removeApiMember: removeApiMember(deps),
    removeEtcdMember: removeEtcdMember(deps),
    removeControlPlaneMachine: removeControlPlaneMachine(deps),

    deleteServers: deleteServers(deps),
    deleteInside: deleteInside(deps),
    deleteLoadBalancers: deleteLoadBalancers(deps),
    deleteFloatingIps: deleteFloatingIps(deps),
    deleteAllServers: deleteAllServers(deps),
    deleteServerGroups: deleteServerGroups(deps),
    deleteNetwork: deleteNetwork(deps),
    deleteSecrets: deleteSecrets(deps),
    sweep: sweep(deps),
    forgetCluster: forgetCluster(deps),
  };
}

function withVerdicts(activities: Activities, stepTimeoutMs: number | undefined): Activities {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (input: never) => {
      limitStep(stepTimeoutMs);
      try {
        return await activity(input);
      } catch (error) {
        throw withinLimit(toFailure(error));
      }
    },
  ]);
  // Each wrapper takes and returns what the activity of the same name does.
  return Object.fromEntries(wrapped) as Activities;
}
