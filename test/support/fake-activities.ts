import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import type { Activities } from '../../activities/index.ts';
import { clusterNameOf, type LeftResource } from '../../model/index.ts';

/** A group of three whose rollout has nothing more to do. */
const SETTLED = {
  ...{ present: 3, ready: 3, joining: 0, create: 0, remove: [], left: 0, nextBatch: 1 },
  limits: { surge: 1, unavailable: 0 },
};

/** What an activity's stand-in does instead of succeeding at once. */
type Behaviour = (input: unknown) => Promise<unknown>;

/** Those that speak with Temporal, and with what is kept outside of it. */
type RealActivities = Pick<Activities, 'requestOperation' | 'adoptCluster' | 'keepRecord' | 'forgetCluster'>;

/** Stand-ins for the activities of a cluster's operations, which record who was called for which cluster. */
export class FakeActivities {
  readonly calls: { readonly name: string; readonly id: string }[] = [];
  readonly #overlaps: { readonly id: string; readonly runs: string }[] = [];
  readonly #working = new Map<string, Set<string>>();
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #lostAnswers = new Map<string, () => Promise<unknown>>();
  readonly #real: RealActivities;

  constructor(real: RealActivities) {
    this.#real = real;
  }

  /** Makes an activity of clusters with this name do something else. */
  set(name: keyof Activities, cluster: string, behaviour: Behaviour): void {
    this.#behaviours.set(`${name} ${cluster}`, behaviour);
  }

  /**
   * Lets a request reach the cluster of this name, and loses its answer: the try ends, as by the death of its worker,
   * when `until` does.
   */
  loseAnswer(cluster: string, until: () => Promise<unknown>): void {
    this.#lostAnswers.set(cluster, until);
  }

  reset(name: keyof Activities, cluster: string): void {
    this.#behaviours.delete(`${name} ${cluster}`);
  }

  /** The activities called for a cluster, in order. */
  called(cluster: string): string[] {
    return this.calls.filter(({ id }) => id.startsWith(`${cluster}-`)).map(({ name }) => name);
  }

  /** Blocks an activity until it is cancelled; resolves when it was entered. */
  block(name: keyof Activities, cluster: string): Promise<void> {
    return new Promise((entered) => {
      this.set(name, cluster, () => {
        entered();
        return releasedOrCancelled();
      });
    });
  }

  /**
   * Holds an activity that is called for the first time, until it is released or cancelled; resolves when it was
   * entered.
   */
  hold(name: keyof Activities, cluster: string): Promise<{ release: () => void }> {
    return new Promise((entered) => {
      this.set(name, cluster, () => {
        this.reset(name, cluster);
        return releasedOrCancelled(new Promise((release) => entered({ release })));
      });
    });
  }

  /** The pairs of runs that worked on a cluster at the same time. */
  overlaps(cluster: string): string[] {
    return this.#overlaps.filter(({ id }) => id.startsWith(`${cluster}-`)).map(({ runs }) => runs);
  }

  /** Takes note of a run that works on a cluster, until the returned function is called. */
  #enter(id: string, name: string): () => void {
    const { workflowType, workflowExecution, activityId } = activityInfo();
    const work = `${workflowType} ${workflowExecution?.runId ?? ''} ${name} ${activityId}`;
    const others = this.#working.get(id) ?? new Set();
    for (const other of others) {
      if (other.split(' ')[1] !== workflowExecution?.runId) this.#overlaps.push({ id, runs: `${other}, ${work}` });
    }
    this.#working.set(id, others.add(work));
    return () => void others.delete(work);
  }

  all(): Activities {
    const fake = (name: keyof Activities, result: unknown) => async (input: { id?: string }) => {
      this.calls.push({ name, id: input.id ?? '' });
      const behaviour = this.#behaviours.get(`${name} ${clusterNameOf(input.id ?? '')}`);
      const leave = this.#enter(input.id ?? '', name);
      try {
        return (await behaviour?.(input)) ?? result;
      } finally {
        leave();
      }
    };
    const api = {
      loadBalancerId: 'lb',
      vip: '10.6.0.9',
      floatingIp: '127.64.0.9',
      endpoint: 'https://127.64.0.9:6443',
      ports: [{ id: 'port', address: '10.6.0.10' }],
    };
    const nothing = { removed: {} };
    const requestOperation: RealActivities['requestOperation'] = async (request) => {
      const answer = await this.#real.requestOperation(request);
      const until = this.#lostAnswers.get(request.input.name);
      if (until === undefined) return answer;
      this.#lostAnswers.delete(request.input.name);
      await until();
      throw new Error('the answer was lost');
    };
    return {
      ...this.#real,
      requestOperation,
      findOrphans: fake('findOrphans', { clouds: 1, orphans: [], total: 0, problems: [] }),
      checkCloud: fake('checkCloud', { checks: [] }),
      surveyCluster: fake('surveyCluster', { found: {}, runId: '' }),
      checkCluster: fake('checkCluster', { flavorIds: {}, imageIds: {} }),
      ensureSecrets: fake('ensureSecrets', { caCertHash: 'sha256:00' }),
      ensureCloudCredential: fake('ensureCloudCredential', undefined),
      publishCloudConfig: fake('publishCloudConfig', undefined),
      withdrawCloudCredential: fake('withdrawCloudCredential', undefined),
      removeCloudCredential: fake('removeCloudCredential', { removed: 0, left: [] }),
      ensureNetwork: fake('ensureNetwork', { networkId: 'net', subnetId: 'sub', cidr: '10.6.0.0/16' }),
      ensureSecurityGroups: fake('ensureSecurityGroups', { controlPlane: 'sg-1', nodes: 'sg-2' }),
      ensureServerGroups: fake('ensureServerGroups', {}),
      repairApi: fake('repairApi', undefined),
      ensureApi: fake('ensureApi', api),
      waitForLoadBalancer: fake('waitForLoadBalancer', undefined),
      publishKubeconfig: fake('publishKubeconfig', { kubeconfigPath: 'clusters/x/kubeconfig' }),
      removeStrandedMachines: fake('removeStrandedMachines', nothing),
      ensureControlPlane: fake('ensureControlPlane', undefined),
      ensureNodes: fake('ensureNodes', undefined),
      waitForServers: fake('waitForServers', { failed: [], missing: 0, nextBatch: {} }),
      waitForApi: fake('waitForApi', undefined),
      ensureAccess: fake('ensureAccess', { bindings: 0, changed: 0, removed: 0 }),
      admitMachines: fake('admitMachines', undefined),
      waitForNodes: fake('waitForNodes', undefined),
      revokeJoinTokens: fake('revokeJoinTokens', undefined),
      lookAtGenerations: fake('lookAtGenerations', {}),
      lookAtGroup: fake('lookAtGroup', { present: 3, going: [], ready: 3, joining: 0, nextBatch: 1 }),
      findMachineNeeds: fake('findMachineNeeds', {
        networkId: 'net',
        subnetId: 'sub',
        securityGroupId: 'sg-2',
        vip: '',
        caCertHash: '',
      }),
      chooseSurplus: fake('chooseSurplus', []),
      planGroupRollout: fake('planGroupRollout', { ...SETTLED, done: true }),
      drainNodes: fake('drainNodes', { blocked: 0 }),
      uncordonNodes: fake('uncordonNodes', { uncordoned: 0 }),
      removeMachines: fake('removeMachines', undefined),
      forgetLostControlPlanes: fake('forgetLostControlPlanes', undefined),
      lookAtControlPlane: fake('lookAtControlPlane', { machines: [], nextSerial: 1 }),
      ensureControlPlaneMachine: fake('ensureControlPlaneMachine', undefined),
      waitForControlPlane: fake('waitForControlPlane', undefined),
      addApiMember: fake('addApiMember', undefined),
      removeApiMember: fake('removeApiMember', undefined),
      removeEtcdMember: fake('removeEtcdMember', undefined),
      removeControlPlaneMachine: fake('removeControlPlaneMachine', undefined),
      lookAtReleases: fake('lookAtReleases', []),
      ensureRelease: fake('ensureRelease', { version: '1.0.0', changed: true }),
      waitForAddon: fake('waitForAddon', undefined),
      diffRelease: fake('diffRelease', { objects: [], more: 0 }),
      removeRelease: fake('removeRelease', undefined),
      deleteServers: fake('deleteServers', undefined),
      deleteInside: fake('deleteInside', nothing),
      deleteLoadBalancers: fake('deleteLoadBalancers', { removed: { 'load balancer': 1 } }),
      deleteFloatingIps: fake('deleteFloatingIps', nothing),
      deleteAllServers: fake('deleteAllServers', { removed: { server: 2 } }),
      deleteServerGroups: fake('deleteServerGroups', nothing),
      deleteNetwork: fake('deleteNetwork', nothing),
      deleteSecrets: fake('deleteSecrets', { removed: 4 }),
      deleteVolumes: fake('deleteVolumes', { removed: {}, kept: [] }),
      sweep: fake('sweep', { left: [] satisfies LeftResource[] }),
      // Each stand-in takes and returns what the activity of its name does, as far as workflows look.
    } as unknown as Activities;
  }
}

/**
 * Waits until it is released, or throws when the current activity is cancelled. A worker learns of that by the answer
 * to a heartbeat.
 */
async function releasedOrCancelled(released = new Promise<void>(() => undefined)): Promise<void> {
  const signal = cancellationSignal();
  const beat = setInterval(() => heartbeat(), 100);
  try {
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await Promise.race([released, aborted]);
    signal.throwIfAborted();
  } finally {
    clearInterval(beat);
  }
}
