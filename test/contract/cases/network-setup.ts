import assert from 'node:assert/strict';
import type { CaseContext, ContractCase, PlainReply } from '../kit/case.ts';
import { subnetOf } from '../kit/subnet.ts';

/** Makes the cases of an area; each leaves its project without networks. */
export function networkCase(
  name: string,
  reference: string,
  run: (context: CaseContext) => Promise<void>,
): ContractCase {
  return {
    name,
    reference,
    run: async (context) => {
      context.cleanUp(() => emptyProject(context));
      await run(context);
    },
  };
}

/** Sends a request of Neutron as it is, recorded, and expects a status. */
export async function neutron(
  { send }: CaseContext,
  status: number,
  method: string,
  path: string,
  body?: unknown,
): Promise<PlainReply> {
  const reply = await send({ service: 'network', method, path, ...(body === undefined ? {} : { body }) });
  assert.equal(reply.status, status, `${method} ${path}: ${reply.text}`);
  return reply;
}

/** The place of something in the API reference. */
export const networkReference = (anchor: string): string => `https://docs.openstack.org/api-ref/network/v2/#${anchor}`;

/** A network with one IPv4 subnet; made unrecorded. */
export async function makeNetwork({ user, quietly }: CaseContext, cidr = '10.20.0.0/24') {
  return quietly(async () => {
    const network = await user.network.networks.create({ name: 'net' });
    const subnet = await user.network.subnets.create({ network_id: network.id, name: 'sub', ...subnetOf(cidr) });
    return { network: network.id, subnet: subnet.id };
  });
}

/** A router with a gateway, connected to a network with one subnet; made unrecorded. */
export async function makeRoutedNetwork(context: CaseContext, cidr?: string) {
  const { user, seeds, quietly } = context;
  const made = await makeNetwork(context, cidr);
  return quietly(async () => {
    const gateway = { external_gateway_info: { network_id: seeds.externalNetwork } };
    const router = await user.network.routers.create({ name: 'router', ...gateway });
    await user.network.routers.addInterface(router.id, { subnet_id: made.subnet });
    return { ...made, router: router.id };
  });
}

/** What another project has: a network with a subnet, made by the administrator in the administrator's project. */
export async function foreignNetwork({ admin, cleanUp }: CaseContext) {
  const network = await admin.network.networks.create({ name: 'foreign' });
  cleanUp(() => admin.network.networks.delete(network.id));
  const subnet = await admin.network.subnets.create({ network_id: network.id, ...subnetOf('10.99.0.0/24') });
  return { network: network.id, subnet: subnet.id };
}

/** Removes all that the case's project has in Neutron. */
async function emptyProject({ user: { network }, project }: CaseContext): Promise<void> {
  const own = { project_id: project.id };
  for (const { id } of await network.floatingIps.list(own)) await network.floatingIps.delete(id);
  for (const router of await network.routers.list(own)) {
    await network.routers.update(router.id, { routes: [] });
    for (const port of await network.ports.list({ device_id: router.id })) {
      if (port.device_owner !== 'network:router_interface') continue;
      await network.routers.removeInterface(router.id, { port_id: port.id });
    }
    await network.routers.delete(router.id);
  }
  for (const { id } of await network.ports.list(own)) await network.ports.delete(id);
  for (const { id } of await network.networks.list(own)) await network.networks.delete(id);
  for (const { id, name } of await network.securityGroups.list(own))
    if (name !== 'default') await network.securityGroups.delete(id);
}
