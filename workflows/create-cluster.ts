import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import { needsCloud } from '../addons/index.ts';
import type { Activities } from '../activities/index.ts';
import type { SettledServers } from '../activities/machines/wait-for-servers.ts';
import {
  type ClusterSpec,
  controlPlaneNames,
  type CreateClusterResult,
  FailureType,
  machineGroups,
  machinesOf,
  type ObservedAddons,
} from '../model/index.ts';
import { CREATE_MANY, ENSURE, REMOVE, WAIT } from './activity-profiles.ts';
import { installation, wantedAddons } from './lib/addons.ts';
import { deadlineOf } from './lib/deadline.ts';
import { describeFailure } from './lib/failures.ts';
import { runSteps, type StepDeclaration } from './lib/steps.ts';
import { settleServers } from './lib/settle-servers.ts';
import { operation } from './operation.ts';

const ensure = proxyActivities<Activities>(ENSURE);
const createMany = proxyActivities<Activities>(CREATE_MANY);
const wait = proxyActivities<Activities>(WAIT);
const remove = proxyActivities<Activities>(REMOVE);

const steps = {
  surveyCluster: { title: 'Look at what there is of the cluster', seconds: 1 },
  checkCluster: { title: 'Check quotas, images, flavors and networks', seconds: 2 },
  ensureCloudCredential: { title: 'Credential of the cloud for the cluster itself', seconds: 2 },
  ensureSecrets: { title: 'Certificates and keys in Vault', seconds: 2 },
  ensureNetwork: { title: 'Network, subnet and router', seconds: 5 },
  ensureSecurityGroups: { title: 'Security groups', seconds: 3 },
  ensureServerGroups: { title: 'Server groups', seconds: 1 },
  ensureApi: {
    title: 'Load balancer and address of the API',
    seconds: 4,
  },
  waitForLoadBalancer: { title: 'Load balancer ACTIVE', seconds: 60 },
  publishKubeconfig: { title: 'Kubeconfig in Vault', seconds: 1 },
  removeStrandedMachines: { title: 'Remove stranded machines', seconds: 1 },
  ensureControlPlane: { title: 'Control plane servers', seconds: 5 },
  ensureNodes: { title: 'Node group servers', seconds: 5 },
  waitForServers: { title: 'Servers ACTIVE', seconds: 40 },
  waitForApi: { title: 'Kubernetes API answers', seconds: 20 },
  publishCloudConfig: { title: 'The cluster’s credential of the cloud, into the cluster', seconds: 1 },
  networkAddons: {
    title: 'Addons that nodes need to be Ready',
    seconds: 15,
  },
  ensureAccess: { title: 'What users and groups may do', seconds: 1 },
  admitMachines: { title: 'Let the machines join', seconds: 1 },
  waitForNodes: { title: 'Nodes Ready', seconds: 15 },
  revokeJoinTokens: { title: 'Revoke join tokens', seconds: 1 },
  lookAtGenerations: { title: 'Look at the generations of the machines', seconds: 1 },
  addons: { title: 'Addons', seconds: 40 },
} satisfies Record<string, StepDeclaration>;

/**
 * Creates a cluster. Run again after a failure, it goes on where it stopped: every step finds what an earlier run made.
 */
export const createCluster = operation('createCluster', (_, { clusterId: id, spec }) =>
  runSteps(
    'createCluster',
    steps,
    deadlineOf('createCluster', spec, spec),
    async (step, { skip }): Promise<CreateClusterResult> => {
      const [facts, survey] = await Promise.all([
        step('checkCluster', [], () => ensure.checkCluster({ id, spec })),
        step('surveyCluster', [], () => ensure.surveyCluster({ id, spec })),
      ]);

      // Workers boot while the control plane comes up; nothing waits for what it does not need.
      const cloudIsNeeded = needsCloud(spec.addons, spec.kubernetes.version);
      if (!cloudIsNeeded) for (const name of ['ensureCloudCredential', 'publishCloudConfig'] as const) skip(name);
      const credential = cloudIsNeeded
        ? step('ensureCloudCredential', [], () => ensure.ensureCloudCredential({ id, spec }))
        : undefined;
      const secrets = step('ensureSecrets', [], () => ensure.ensureSecrets({ id, spec }));
      const network = step('ensureNetwork', [], () => ensure.ensureNetwork({ id, spec, facts, survey }));
      const serverGroups = step('ensureServerGroups', [], () => ensure.ensureServerGroups({ id, spec }));
      const securityGroups = step('ensureSecurityGroups', [network], ({ cidr }) =>
        ensure.ensureSecurityGroups({ id, spec, survey, cidr }),
      );
      const api = step('ensureApi', [network, securityGroups], async (net, groups) => {
        const made = { id, spec, facts, network: net, securityGroupId: groups.controlPlane };
        const machines = controlPlaneNames(id, spec.controlPlane.count);
        const repair = () => remove.repairApi({ id, spec, network: net });
        // Nothing but this creation has made a load balancer: one that cannot be used is in the way.
        if (survey.found['load balancer'] !== undefined) await repair();
        try {
          return await ensure.ensureApi({ ...made, machines, survey });
        } catch (error) {
          if (describeFailure(error).type !== FailureType.OpenStackResourceInError) throw error;
          await repair();
          return await ensure.ensureApi({ ...made, machines });
        }
      });
      const balanced = step('waitForLoadBalancer', [api], ({ loadBalancerId }) =>
        wait.waitForLoadBalancer({ spec, loadBalancerId }),
      );
      const kubeconfig = step('publishKubeconfig', [secrets, api], (_, { endpoint }) =>
        ensure.publishKubeconfig({ id, endpoint }),
      );

      // An earlier try may have let machines in, and its control plane may be lost (the fault matrix,
      // "control-plane-lost").
      const cleared = step('removeStrandedMachines', [], () => remove.removeStrandedMachines({ id, spec }));
      const machines = Promise.all([secrets, network, securityGroups, serverGroups, api, cleared]).then(
        ([keys, net, firewall, groups, address]) =>
          requestsForMachines({ id, spec, facts, survey, keys, net, firewall, groups, address }),
      );
      const controlPlane = step('ensureControlPlane', [machines], (request) => request.controlPlane());
      const nodeGroups = step('ensureNodes', [machines], (request) => request.nodeGroups());
      const expected = machineGroups(spec);
      const groups = expected.map(({ group }) => group);
      const active = step('waitForServers', [machines, controlPlane, nodeGroups], (request) =>
        settleServers({
          ...{ id, spec, expected },
          request: (nextBatch) => Promise.all([request.controlPlane(nextBatch), request.nodeGroups(nextBatch)]),
          clear: () => remove.removeStrandedMachines({ id, spec }),
        }),
      );

      // Not before every server stays: what joined a control plane that is replaced would never come back (the fault
      // matrix, "ensureControlPlane POST …/servers: error for good").
      const answered = step('waitForApi', [active, kubeconfig], () => wait.waitForApi({ id, spec }));
      const equipped =
        credential === undefined
          ? answered
          : step('publishCloudConfig', [answered, credential], () => ensure.publishCloudConfig({ id, spec }));
      const networkReady = addonStage('networkAddons', 'network', [equipped]);
      const access = accessAfter(answered);
      const admitted = step('admitMachines', [answered], () => ensure.admitMachines({ id, groups }));
      const ready = step('waitForNodes', [admitted], () => wait.waitForNodes({ id, spec, expected }));
      const [generations, networkAddons, otherAddons] = await Promise.all([
        step('lookAtGenerations', [ready], () => ensure.lookAtGenerations({ id, spec, groups })),
        networkReady,
        addonStage('addons', 'rest', [ready, equipped], networkReady),
        step('revokeJoinTokens', [ready, balanced], () => ensure.revokeJoinTokens({ id, groups })),
        access,
      ]);
      const addons = { ...networkAddons, ...otherAddons };

      return {
        name: spec.name,
        id,
        apiEndpoint: (await api).endpoint,
        kubeconfigPath: (await kubeconfig).kubeconfigPath,
        kubernetesVersion: spec.kubernetes.version,
        controlPlanes: spec.controlPlane.count,
        nodes: machinesOf(expected) - spec.controlPlane.count,
        generations,
        ...(Object.keys(addons).length === 0 ? {} : { addons }),
        secondsToReady: (Date.now() - workflowInfo().startTime.getTime()) / 1000,
      };

      async function accessAfter(earlier: Promise<unknown>): Promise<void> {
        if (spec.access.length === 0) skip('ensureAccess');
        else await step('ensureAccess', [earlier], () => ensure.ensureAccess({ id, access: spec.access }));
      }

      /** Installs the addons of a stage. Where only optional ones fail, the cluster is there without them. */
      function addonStage(
        name: 'networkAddons' | 'addons',
        stage: 'network' | 'rest',
        earlier: readonly Promise<unknown>[],
        before: Promise<ObservedAddons> = Promise.resolve({}),
      ): Promise<ObservedAddons> {
        const releases = wantedAddons(spec, stage);
        if (releases.length === 0) {
          skip(name);
          return Promise.resolve({});
        }
        const { work, tolerate } = installation({ id, spec }, releases);
        return step(name, [before, ...earlier], (there) => work(there), tolerate).then(({ addons: all }) => all);
      }
    },
  ),
);

type NextBatch = SettledServers['nextBatch'];

/** What the requests for machines need: everything that was made before them. */
interface MadeBefore {
  readonly id: string;
  readonly spec: ClusterSpec;
  readonly facts: Awaited<ReturnType<Activities['checkCluster']>>;
  readonly survey: Awaited<ReturnType<Activities['surveyCluster']>>;
  readonly keys: Awaited<ReturnType<Activities['ensureSecrets']>>;
  readonly net: Awaited<ReturnType<Activities['ensureNetwork']>>;
  readonly firewall: Awaited<ReturnType<Activities['ensureSecurityGroups']>>;
  readonly groups: Awaited<ReturnType<Activities['ensureServerGroups']>>;
  readonly address: Awaited<ReturnType<Activities['ensureApi']>>;
}

/** The requests for machines; those that replace what failed know the names that are taken. */
function requestsForMachines(made: MadeBefore) {
  const { id, spec, facts, keys, net, firewall, groups, address } = made;
  const survey = (again: NextBatch | undefined) => (again === undefined ? made.survey : undefined);
  return {
    controlPlane: (again?: NextBatch) =>
      createMany.ensureControlPlane({ id, spec, facts, serverGroupIds: groups, api: address, survey: survey(again) }),
    nodeGroups: (again?: NextBatch) =>
      Promise.all(
        spec.nodeGroups.map((group) =>
          createMany.ensureNodes({
            id,
            spec,
            facts,
            group: group.name,
            count: group.count,
            networkId: net.networkId,
            securityGroupId: firewall.nodes,
            serverGroupIds: groups,
            caCertHash: keys.caCertHash,
            vip: address.vip,
            firstBatch: again?.[group.name] ?? 0,
            survey: survey(again),
          }),
        ),
      ),
  };
}
