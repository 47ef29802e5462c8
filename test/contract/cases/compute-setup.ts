import assert from 'node:assert/strict';
import type { Server, ServerCreate } from 'openstack-client-ts';
import type { CaseContext } from '../kit/case.ts';
import { subnetOf } from '../kit/subnet.ts';

/** Where Nova's API is described. */
export const COMPUTE_REFERENCE = 'https://docs.openstack.org/api-ref/compute/';

/** A request for a small server without a network, under the name `srv`. */
export const smallServer = ({ seeds }: CaseContext, more: Partial<ServerCreate> = {}): ServerCreate => ({
  name: 'srv',
  imageRef: seeds.image,
  flavorRef: seeds.flavor,
  networks: 'none',
  ...more,
});

/** Takes the project's servers away at the end of the case. Call it before the first server is made. */
export function removeServersLater({ user, cleanUp }: CaseContext): void {
  cleanUp(async () => {
    const servers = await user.compute.servers.listBrief().all();
    await Promise.all(servers.map(({ id }) => user.compute.servers.delete(id)));
    await Promise.all(servers.map(({ id }) => user.compute.servers.waitGone(id, { deadlineMs: 60_000 })));
  });
}

/** Makes a network with one subnet, unrecorded; it goes at the end of the case. */
export async function makeNetwork(
  { user, quietly, cleanUp }: CaseContext,
  { name = 'net', cidr = '10.90.0.0/24' }: { name?: string; cidr?: string } = {},
): Promise<{ network: string; subnet: string }> {
  return quietly(async () => {
    const network = await user.network.networks.create({ name });
    cleanUp(() => user.network.networks.delete(network.id));
    const subnet = await user.network.subnets.create({ network_id: network.id, name, ...subnetOf(cidr) });
    return { network: network.id, subnet: subnet.id };
  });
}

/** Waits, unrecorded, until a server is neither building nor busy. @throws if it does not end in the wanted status */
export async function settled({ user, until }: CaseContext, id: string, status = 'ACTIVE'): Promise<Server> {
  const server = await until(
    () => user.compute.servers.get(id),
    (one) => one.status !== 'BUILD' && one['OS-EXT-STS:task_state'] === null,
  );
  assert.equal(server.status, status, JSON.stringify(server.fault));
  return server;
}

/** Waits, unrecorded, until a server is not found any more; Nova shows it as DELETED for a moment. */
export const gone = ({ user, quietly }: CaseContext, id: string): Promise<void> =>
  quietly(() => user.compute.servers.waitGone(id, { deadlineMs: 60_000, states: [] }));

/** An ACTIVE server, made unrecorded; it goes at the end of the case. */
export async function startedServer(context: CaseContext, more: Partial<ServerCreate> = {}): Promise<Server> {
  removeServersLater(context);
  const { id } = await context.quietly(() => context.user.compute.servers.create(smallServer(context, more)));
  return settled(context, id);
}
