import { ApplicationFailure } from '@temporalio/activity';
import type { HealthMonitorCreate, LoadBalancer, LoadBalancerService, StatusTree } from 'openstack-client-ts';
import { clusterNames, FailureType } from '../../model/index.ts';
import { reportProgress } from '../lib/progress.ts';
import { timeLeft } from '../lib/step-deadline.ts';
import type { Own } from './ownership.ts';
import { call } from './session.ts';

/** Octavia changes one thing at a time, and refuses meanwhile. */
const CHANGED_DEADLINE_MS = 100_000;

/** A machine that Octavia sends requests to. */
export type Behind = StatusTree['listeners'][number]['pools'][number]['members'][number];

/**
 * What the API's load balancer leads to. Listener, pool and members carry no mark of their own: they are the cluster's
 * because the load balancer is, whose tree leads to them.
 */
export interface ApiListener {
  readonly balancer: Own<LoadBalancer>;
  readonly id: string;
  readonly poolId: string;
  readonly members: readonly Behind[];
  /** Whether a health monitor looks at the members. */
  readonly monitored: boolean;
}

/** The listener of a cluster's API. Others that somebody adds to the load balancer are none of ours. */
export class OwnApiListener {
  readonly #service: LoadBalancerService;
  readonly #id: string;

  constructor(service: LoadBalancerService, id: string) {
    this.#service = service;
    this.#id = id;
  }

  /** Undefined when the load balancer has no listener, or the listener no pool, with the names of the API's. */
  async of(balancer: Own<LoadBalancer>): Promise<ApiListener | undefined> {
    const names = clusterNames(this.#id);
    const { listeners } = await this.#service.loadBalancers.statusTree(balancer.id, call());
    const listener = listeners.find(({ name }) => name === names.listener);
    const pool = listener?.pools.find(({ name }) => name === names.pool);
    if (listener === undefined || pool === undefined) return undefined;
    const { id: poolId, members, health_monitor: monitor } = pool;
    return { balancer, id: listener.id, poolId, members, monitored: monitor?.id !== undefined };
  }

  /**
   * Lets in these ranges and nobody else; everybody when there are none. One request, so that nobody who may come in is
   * shut out in between. Nothing is changed where it is so.
   *
   * @throws ApplicationFailure `OpenStack.Conflict`
   */
  async allow({ balancer, id }: ApiListener, ranges: readonly string[]): Promise<void> {
    const { loadbalancers, allowed_cidrs: now } = await this.#service.listeners.get(id, call());
    if (!loadbalancers.some((one) => one.id === balancer.id))
      throw ApplicationFailure.nonRetryable(
        `listener ${id} is not on load balancer ${balancer.id} of ${this.#id}, which leads to it: nothing was changed`,
        FailureType.OpenStackConflict,
      );
    const [before, wanted] = [new Set(now ?? []), new Set(ranges)];
    if (before.size === wanted.size && [...before].every((range) => wanted.has(range))) return;
    reportProgress({ detail: `listener ${id} lets in ${ranges.length === 0 ? 'everybody' : ranges.join(', ')}` });
    const values = { allowed_cidrs: ranges.length === 0 ? null : [...wanted] };
    await this.#service.listeners.update(id, values, call());
    await this.settled(balancer);
  }

  /** Has the members looked after, if nothing does. */
  async monitor({ balancer, poolId, monitored }: ApiListener, values: HealthMonitorCreate): Promise<void> {
    if (monitored) return;
    await this.#service.healthMonitors.create({ ...values, pool_id: poolId }, call());
    await this.settled(balancer);
  }

  /** Waits until a change is done. */
  async settled({ id }: Own<LoadBalancer>): Promise<void> {
    await this.#service.loadBalancers.waitActive(id, {
      ...call(),
      deadlineMs: timeLeft(CHANGED_DEADLINE_MS),
      onPoll: (_, state) => reportProgress({ detail: `load balancer ${id} is ${state}` }),
    });
  }
}
