import type { LoadBalancer, LoadBalancerCreate, LoadBalancers } from 'openstack-client-ts';
import { clusterNames, ownerTag } from '../../model/index.ts';
import { isApiLoadBalancer, isServiceLoadBalancer, justMade, listed, type Own } from './ownership.ts';
import { call } from './session.ts';

/** The cluster's load balancers. Octavia shows deleted ones for a while; they are none. */
export class OwnLoadBalancers {
  readonly #balancers: LoadBalancers;
  readonly #id: string;

  constructor(balancers: LoadBalancers, id: string) {
    this.#balancers = balancers;
    this.#id = id;
  }

  /** The API's; several after a creation that was repeated. */
  async list(): Promise<Own<LoadBalancer>[]> {
    const filters = { name: clusterNames(this.#id).loadBalancer, tags: [ownerTag(this.#id)] };
    return (await listed(this.#balancers, filters)).filter(exists).filter((row) => isApiLoadBalancer(row, this.#id));
  }

  /** With those that the cloud controller manager made for the cluster's Services. */
  async listAll(): Promise<Own<LoadBalancer>[]> {
    const rows = (await listed(this.#balancers)).filter(exists);
    return rows.filter((row) => isApiLoadBalancer(row, this.#id) || isServiceLoadBalancer(row, this.#id));
  }

  async create(values: LoadBalancerCreate): Promise<Own<LoadBalancer>> {
    const tag = ownerTag(this.#id);
    return justMade(await this.#balancers.create({ ...values, description: tag, tags: [tag] }, call()));
  }

  /**
   * Removes one with all that belongs to it. 404 is success; Octavia answers before it is gone, and refuses while it
   * changes it.
   */
  remove({ id }: Own<LoadBalancer>): Promise<void> {
    return this.#balancers.delete(id, { ...call(), cascade: true, missingOk: true });
  }
}

const exists = ({ provisioning_status: status }: LoadBalancer): boolean => status !== 'DELETED';
