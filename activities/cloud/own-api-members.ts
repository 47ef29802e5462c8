import { ApplicationFailure } from '@temporalio/activity';
import type { LoadBalancer, LoadBalancerService } from 'openstack-client-ts';
import { FailureType } from '../../model/index.ts';
import { reportProgress } from '../lib/progress.ts';
import { timeLeft } from '../lib/step-deadline.ts';
import type { OwnLoadBalancers } from './own-load-balancers.ts';
import type { Own } from './ownership.ts';
import { call } from './session.ts';

/** Octavia changes one thing at a time, and refuses meanwhile. */
const CHANGED_DEADLINE_MS = 100_000;
const API_PORT = 6443;

/** A control plane behind the API's load balancer. */
export interface ApiMember {
  /** Name of the machine. */
  readonly name: string;
  readonly address: string;
  readonly subnetId: string;
}

/**
 * The machines to which the API's load balancer sends requests. A member carries no mark of its own: it is the
 * cluster's because the load balancer is, whose tree leads to it.
 */
export class OwnApiMembers {
  readonly #service: LoadBalancerService;
  readonly #balancers: OwnLoadBalancers;
  readonly #id: string;

  constructor(service: LoadBalancerService, balancers: OwnLoadBalancers, id: string) {
    this.#service = service;
    this.#balancers = balancers;
    this.#id = id;
  }

  /** Names of the machines. */
  async names(): Promise<ReadonlySet<string>> {
    return new Set((await this.#find()).members.map(({ name }) => name));
  }

  /** Lets the load balancer send requests to a machine, too. Nothing else of it changes; there already is well. */
  async add({ name, address, subnetId }: ApiMember): Promise<void> {
    const { balancer, poolId, members } = await this.#find();
    if (members.some((member) => member.address === address)) return;
    const values = { name, address, protocol_port: API_PORT, subnet_id: subnetId };
    await this.#service.members(poolId).create(values, call());
    await this.#settled(balancer);
  }

  /** Takes machines from behind the load balancer, by their names. Gone already is well. */
  async remove(...names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const { balancer, poolId, members } = await this.#find();
    for (const { id } of members.filter(({ name }) => names.includes(name))) {
      await this.#service.members(poolId).delete(id, { ...call(), missingOk: true });
      await this.#settled(balancer);
    }
  }

  async #find() {
    const [balancer] = await this.#balancers.list();
    const tree = balancer && (await this.#service.loadBalancers.statusTree(balancer.id, call()));
    const [pool] = tree?.listeners.flatMap(({ pools }) => pools) ?? [];
    if (balancer !== undefined && pool !== undefined) return { balancer, poolId: pool.id, members: pool.members };
    throw ApplicationFailure.nonRetryable(
      `cluster ${this.#id} has no load balancer with a pool for its API, or it lost the cluster's mark`,
      FailureType.OpenStackNotFound,
    );
  }

  async #settled({ id }: Own<LoadBalancer>): Promise<void> {
    await this.#service.loadBalancers.waitActive(id, {
      ...call(),
      deadlineMs: timeLeft(CHANGED_DEADLINE_MS),
      onPoll: (_, state) => reportProgress({ detail: `load balancer ${id} is ${state}` }),
    });
  }
}
