import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import {
  clusterNames,
  type DeleteClusterResult,
  FailureType,
  isDistrust,
  type LeftResource,
  vaultPaths,
} from '../model/index.ts';
import { ENSURE, REMOVE } from './activity-profiles.ts';
import { describeFailure } from './lib/failures.ts';
import { deadlineOf } from './lib/deadline.ts';
import { runSteps, type StepDeclaration } from './lib/steps.ts';
import { operation } from './operation.ts';

const { surveyCluster } = proxyActivities<Activities>(ENSURE);
const remove = proxyActivities<Activities>(REMOVE);

const steps = {
  surveyCluster: { title: 'Look at what there is of the cluster', seconds: 1 },
  deleteInside: { title: 'Load balancers of Services, from inside the cluster', seconds: 10 },
  deleteLoadBalancers: { title: 'Load balancers', seconds: 20 },
  deleteFloatingIps: { title: 'Floating IPs', seconds: 2 },
  deleteAllServers: { title: 'Servers', seconds: 20 },
  deleteVolumes: { title: 'Volumes that Pods had claimed', seconds: 2 },
  deleteServerGroups: { title: 'Server groups', seconds: 1 },
  deleteNetwork: { title: 'Ports, router, network and security groups', seconds: 5 },
  deleteSecrets: { title: 'Certificates, keys and kubeconfig in Vault', seconds: 2 },
  sweep: { title: 'Look whether anything is left', seconds: 3 },
  removeCloudCredential: { title: 'The cluster’s own credential of the cloud', seconds: 1 },
  forgetCluster: { title: 'Specification in Vault', seconds: 1 },
} satisfies Record<string, StepDeclaration>;

/**
 * Deletes a cluster: inside out, then from outside in, then a sweep of every service. Needs no more than the cluster's
 * id and its spec's own resources to leave alone, so it works at any moment of a creation and when the cluster's API
 * never came up. A step that fails does not stop the others; the sweep says what is left and why. But where the cloud's
 * answers cannot be trusted nothing more is begun, unless the cluster is abandoned: then each step refuses by itself
 * (docs/decisions/0014).
 */
export const deleteCluster = operation('deleteCluster', (input, { clusterId: id, spec }) =>
  runSteps(
    'deleteCluster',
    steps,
    deadlineOf('deleteCluster', input, spec),
    async (step): Promise<DeleteClusterResult> => {
      const { name, abandon } = input;
      const removed: Record<string, number> = {};
      const problems: string[] = [];
      const target = { id, spec };
      const tolerate = (error: unknown): Removed => {
        const { type, message } = describeFailure(error);
        if (isDistrust(type) && !abandon) throw error;
        problems.push(message);
        return { removed: {} };
      };
      const noVolumes = (error: unknown) => ({ ...tolerate(error), kept: [] });
      const count = (gone: Removed['removed']): void => {
        for (const [type, number] of Object.entries(gone)) removed[type] = (removed[type] ?? 0) + number;
      };
      const removal = async (
        id: keyof typeof steps,
        needs: readonly Promise<unknown>[],
        work: () => Promise<Removed>,
      ) => {
        count((await step(id, needs, work, tolerate)).removed);
      };

      const survey = step('surveyCluster', [], () => surveyCluster(target).then(() => ({ removed: {} })), tolerate);
      const inside = removal('deleteInside', [survey], () => remove.deleteInside(target));
      // Load balancers before ports: Octavia owns their ports. Servers at the same time: they do not know each other.
      const balancers = removal('deleteLoadBalancers', [inside], () => remove.deleteLoadBalancers(target));
      const floatingIps = removal('deleteFloatingIps', [inside], () => remove.deleteFloatingIps(target));
      const servers = removal('deleteAllServers', [inside], () => remove.deleteAllServers(target));
      const volumes = step('deleteVolumes', [servers], () => remove.deleteVolumes(target), noVolumes).then(
        ({ removed: gone, kept }) => {
          count(gone);
          return kept;
        },
      );
      const groups = removal('deleteServerGroups', [servers], () => remove.deleteServerGroups(target));
      const network = removal('deleteNetwork', [balancers, floatingIps, servers], () => remove.deleteNetwork(target));
      const secrets = removal('deleteSecrets', [servers], async () => ({
        removed: { secret: (await remove.deleteSecrets(target)).removed },
      }));
      const [kept] = await Promise.all([volumes, groups, network, secrets]);

      // A cluster can be abandoned also where the cloud does not let anybody look, and without Vault.
      const { left } = await step(
        'sweep',
        [],
        () => remove.sweep(target),
        abandon ? (error) => ({ left: [unknownRest(id, error)] }) : undefined,
      );
      if (left.length > 0 && !abandon) throw leftBehind(name, left, problems);
      // Not before nothing else is left: with it the cluster's own controllers clean up.
      const credential = await step(
        'removeCloudCredential',
        [],
        () => remove.removeCloudCredential(target),
        abandon ? (error) => ({ removed: 0, left: [unknownCredential(id, error)] }) : undefined,
      );
      if (credential.removed > 0) removed['application credential'] = credential.removed;
      // Last: as long as anything may be left, the cluster can be found by it.
      const unforgotten = await step(
        'forgetCluster',
        [],
        () => remove.forgetCluster({ id }).then((): LeftResource[] => []),
        abandon ? (error) => [unforgettable(id, error)] : undefined,
      );
      return { name, id, removed, left: [...left, ...credential.left, ...unforgotten], kept: [...kept] };
    },
  ),
);

interface Removed {
  readonly removed: Readonly<Record<string, number>>;
}

/** What is left is then not known. */
function unknownRest(id: string, error: unknown): LeftResource {
  const reason = `the cloud could not be searched: ${describeFailure(error).message}`;
  return { service: 'all', type: 'unknown', id, name: id, reason };
}

function unknownCredential(id: string, error: unknown): LeftResource {
  const name = clusterNames(id).cloudCredential;
  return {
    service: 'identity',
    type: 'application credential',
    id: name,
    name,
    reason: describeFailure(error).message,
  };
}

function unforgettable(id: string, error: unknown): LeftResource {
  const path = vaultPaths(id).specification;
  return { service: 'vault', type: 'secret', id: path, name: path, reason: describeFailure(error).message };
}

function leftBehind(name: string, left: LeftResource[], problems: string[]): ApplicationFailure {
  const inventory = left
    .map(({ type, name: resource, id, reason }) => `${type} ${resource} (${id}): ${reason}`)
    .join('; ');
  const why = problems.length === 0 ? '' : `. What went wrong: ${problems.join('; ')}`;
  return ApplicationFailure.create({
    type: FailureType.LeftBehind,
    message:
      `${left.length} resources of cluster ${name} are left: ${inventory}${why}. ` +
      'Delete it again when the cause is gone, or with abandon: true to forget them',
    nonRetryable: true,
    details: [{ left }],
  });
}
