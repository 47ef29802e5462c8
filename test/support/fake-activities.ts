import { cancellationSignal, heartbeat } from '@temporalio/activity';
import type { Activities } from '../../activities/index.ts';
import type { LeftResource } from '../../model/index.ts';

/** What an activity's stand-in does instead of succeeding at once. */
type Behaviour = (input: unknown) => Promise<unknown>;

/**
 * Stand-ins for the activities of a cluster's operations, which record who was called for which cluster. The one that hands requests to the
 * cluster's workflow is the real one.
 */
export class FakeActivities {
  readonly calls: { readonly name: string; readonly id: string }[] = [];
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #requestOperation: Activities['requestOperation'];

  constructor(requestOperation: Activities['requestOperation']) {
    this.#requestOperation = requestOperation;
  }

  /** Makes an activity of clusters with this name do something else. */
  set(name: keyof Activities, cluster: string, behaviour: Behaviour): void {
    this.#behaviours.set(`${name} ${cluster}`, behaviour);
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
      this.set(name, cluster, async () => {
        entered();
        const signal = cancellationSignal();
        // A worker learns of a cancellation by the answer to a heartbeat.
        const beat = setInterval(() => heartbeat(), 100);
        signal.addEventListener('abort', () => clearInterval(beat), { once: true });
        await new Promise((aborted) => signal.addEventListener('abort', aborted, { once: true }));
        signal.throwIfAborted();
      });
    });
  }

  all(): Activities {
    const fake =
      (name: keyof Activities, result: unknown) => async (input: { id?: string; spec?: { name: string } }) => {
        this.calls.push({ name, id: input.id ?? '' });
        const behaviour = this.#behaviours.get(`${name} ${input.spec?.name ?? ''}`);
        return (await behaviour?.(input)) ?? result;
      };
    const api = {
      loadBalancerId: 'lb',
      vip: '10.6.0.9',
      floatingIp: '127.64.0.9',
      endpoint: 'https://127.64.0.9:6443',
      ports: [{ id: 'port', address: '10.6.0.10' }],
    };
    const nothing = { removed: {} };
    return {
      requestOperation: this.#requestOperation,
      checkCloud: fake('checkCloud', { checks: [] }),
      checkCluster: fake('checkCluster', { flavorIds: {}, imageIds: {} }),
      ensureSecrets: fake('ensureSecrets', { caCertHash: 'sha256:00' }),
      ensureNetwork: fake('ensureNetwork', { networkId: 'net', subnetId: 'sub', cidr: '10.6.0.0/16' }),
      ensureSecurityGroups: fake('ensureSecurityGroups', { controlPlane: 'sg-1', nodes: 'sg-2' }),
      ensureServerGroups: fake('ensureServerGroups', {}),
      ensureApi: fake('ensureApi', api),
      waitForLoadBalancer: fake('waitForLoadBalancer', undefined),
      publishKubeconfig: fake('publishKubeconfig', { kubeconfigPath: 'clusters/x/kubeconfig' }),
      removeStrandedMachines: fake('removeStrandedMachines', nothing),
      ensureControlPlane: fake('ensureControlPlane', undefined),
      ensureNodes: fake('ensureNodes', undefined),
      waitForServers: fake('waitForServers', { failed: [], missing: 0 }),
      waitForApi: fake('waitForApi', undefined),
      admitMachines: fake('admitMachines', undefined),
      waitForNodes: fake('waitForNodes', undefined),
      revokeJoinTokens: fake('revokeJoinTokens', undefined),
      deleteServers: fake('deleteServers', undefined),
      deleteInside: fake('deleteInside', nothing),
      deleteLoadBalancers: fake('deleteLoadBalancers', { removed: { 'load balancer': 1 } }),
      deleteFloatingIps: fake('deleteFloatingIps', nothing),
      deleteAllServers: fake('deleteAllServers', { removed: { server: 2 } }),
      deleteServerGroups: fake('deleteServerGroups', nothing),
      deleteNetwork: fake('deleteNetwork', nothing),
      deleteSecrets: fake('deleteSecrets', { removed: 4 }),
      sweep: fake('sweep', { left: [] satisfies LeftResource[] }),
      // Each stand-in takes and returns what the activity of its name does, as far as workflows look.
    } as unknown as Activities;
  }
}
