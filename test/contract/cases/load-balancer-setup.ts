import assert from 'node:assert/strict';
import type { LoadBalancer, LoadBalancerCreate } from 'openstack-client-ts';
import { type CaseContext, type PlainReply, StateIsOver } from '../kit/case.ts';
import { subnetOf } from '../kit/subnet.ts';

/** The place of something in the API reference. */
export const octaviaReference = (anchor: string): string =>
  `https://docs.openstack.org/api-ref/load-balancer/v2/#${anchor}`;

/**
 * Sends a request of Octavia as it is, recorded, and expects a status.
 *
 * @throws StateIsOver when it was to be refused and was not: on a busy machine the load balancer may be ACTIVE again
 *   before the request arrives
 */
export async function octavia(
  { send }: CaseContext,
  status: number,
  method: string,
  path: string,
  body?: unknown,
): Promise<PlainReply> {
  const request = { service: 'load-balancer', method, path: `/lbaas${path}` };
  const reply = await send({ ...request, ...(body === undefined ? {} : { body }) });
  const words = `${method} ${path}: ${reply.text}`;
  if (status === 409 && reply.status < 300) throw new StateIsOver(words);
  assert.equal(reply.status, status, words);
  return reply;
}

/** A network with one IPv4 subnet; made unrecorded. */
export async function makeSubnet({ user, quietly }: CaseContext, cidr = '10.30.0.0/24') {
  return quietly(async () => {
    const network = await user.network.networks.create({ name: 'net' });
    const subnet = await user.network.subnets.create({ network_id: network.id, name: 'sub', ...subnetOf(cidr) });
    return { networkId: network.id, subnetId: subnet.id };
  });
}

/** Waits, unrecorded, until the load balancer has settled; its end is removed with the case. */
export async function settled({ user, until }: CaseContext, id: string): Promise<LoadBalancer> {
  const pending = (one: LoadBalancer) => one.provisioning_status.startsWith('PENDING_');
  const lb = await until(
    () => user.loadBalancer.loadBalancers.get(id),
    (one) => !pending(one),
    120_000,
  );
  assert.equal(lb.provisioning_status, 'ACTIVE');
  return lb;
}

/** Removes the load balancer when the case ends, and does not wait for it. */
export function removeLater({ user, cleanUp }: CaseContext, id: string): void {
  cleanUp(() => user.loadBalancer.loadBalancers.delete(id, { cascade: true }));
}

/** An ACTIVE load balancer on a subnet of its own; made unrecorded. */
export async function standing(context: CaseContext, values: LoadBalancerCreate = {}) {
  const { user, quietly } = context;
  const { networkId, subnetId } = await makeSubnet(context);
  const made = await quietly(() =>
    user.loadBalancer.loadBalancers.create({ name: 'lb', vip_subnet_id: subnetId, ...values }),
  );
  removeLater(context, made.id);
  return { networkId, subnetId, lb: await settled(context, made.id) };
}
