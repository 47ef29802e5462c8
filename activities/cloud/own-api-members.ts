import { ApplicationFailure } from '@temporalio/activity';
import type { LoadBalancerService, MemberCreate } from 'openstack-client-ts';
import { FailureType } from '../../model/index.ts';
import { reportProgress } from '../lib/progress.ts';
import type { ApiListener, Behind, OwnApiListener } from './own-api-listener.ts';
import type { OwnLoadBalancers } from './own-load-balancers.ts';
import { call } from './session.ts';

const API_PORT = 6443;

/** A control plane behind the API's load balancer. */
export interface ApiMember {
  /** Name of the machine. */
  readonly name: string;
  readonly address: string;
  readonly subnetId: string;
}

/** The member of the API's pool that a machine becomes, as Octavia is asked for it. */
export const memberRequest = ({ name, address, subnetId }: ApiMember): MemberCreate => ({
  name,
  address,
  protocol_port: API_PORT,
  subnet_id: subnetId,
});

/** The machines to which the API's load balancer sends requests. */
export class OwnApiMembers {
  readonly #service: LoadBalancerService;
  readonly #balancers: OwnLoadBalancers;
  readonly #listener: OwnApiListener;
  readonly #id: string;

  constructor(service: LoadBalancerService, balancers: OwnLoadBalancers, listener: OwnApiListener, id: string) {
    this.#service = service;
    this.#balancers = balancers;
    this.#listener = listener;
    this.#id = id;
  }

  /** Names of the machines. */
  async names(): Promise<ReadonlySet<string>> {
    return new Set((await this.#find()).members.map(({ name }) => name));
  }

  /** Lets the load balancer send requests to a machine, too. Nothing else of it changes; there already is well. */
  async add(member: ApiMember): Promise<void> {
    await this.addMissing(await this.#find(), [member]);
  }

  /** Takes machines from behind the load balancer, by their names. Gone already is well. */
  async remove(...names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const listener = await this.#find();
    await this.removeThese(
      listener,
      listener.members.filter(({ name }) => names.includes(name)),
    );
  }

  /** Adds those of these machines that are not there, one after the other. */
  async addMissing(listener: ApiListener, wanted: readonly ApiMember[]): Promise<void> {
    for (const member of wanted.filter((one) => !listener.members.some((other) => leadsTo(other, one)))) {
      reportProgress({ detail: `${member.name} comes behind the load balancer of the API` });
      await this.#service.members(listener.poolId).create(memberRequest(member), call());
      await this.#listener.settled(listener.balancer);
    }
  }

  /** Those that lead to none of these machines. */
  surplus({ members }: ApiListener, wanted: readonly ApiMember[]): Behind[] {
    return members.filter((member) => member.address !== undefined && !wanted.some((one) => leadsTo(member, one)));
  }

  /** Takes members from behind the load balancer, one after the other. Gone already is well. */
  async removeThese(listener: ApiListener, members: readonly Behind[]): Promise<void> {
    for (const { id, name } of members) {
      reportProgress({ detail: `${name} leaves the load balancer of the API` });
      await this.#service.members(listener.poolId).delete(id, { ...call(), missingOk: true });
      await this.#listener.settled(listener.balancer);
    }
  }

  async #find(): Promise<ApiListener> {
    const [balancer] = await this.#balancers.list();
    const listener = balancer && (await this.#listener.of(balancer));
    if (listener !== undefined) return listener;
    throw ApplicationFailure.nonRetryable(
      `cluster ${this.#id} has no load balancer with a pool for its API, or it lost the cluster's mark`,
      FailureType.OpenStackNotFound,
    );
  }
}

const leadsTo = ({ address, protocol_port: port = API_PORT }: Behind, member: ApiMember): boolean =>
  address === member.address && port === API_PORT;
