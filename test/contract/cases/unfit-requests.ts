import assert from 'node:assert/strict';
import { z } from 'zod';
import type { CaseContext, ContractArea } from '../kit/case.ts';
import { makeNetwork, removeServersLater, settled, smallServer } from './compute-setup.ts';
import {
  makeSubnet,
  octavia,
  octaviaReference,
  removeLater,
  settled as settledBalancer,
} from './load-balancer-setup.ts';

const identified = z.looseObject({ id: z.string() });

/** Makes something as the administrator, unrecorded; it goes at the end of the case. */
async function adminMakes(
  { admin, cleanUp }: CaseContext,
  [service, path, one]: readonly [string, string, string],
  values: Readonly<Record<string, unknown>>,
): Promise<string> {
  const answer = z.looseObject({ [one]: identified }).transform((body) => identified.parse(body[one]).id);
  const id = await admin.service(service).json('POST', path, answer, { json: { [one]: values } });
  cleanUp(() => admin.service(service).request('DELETE', `${path}/${id}`));
  return id;
}

const balancer = (subnetId: string, listener: object, pool: object) => ({
  loadbalancer: {
    ...{ name: 'lb', vip_subnet_id: subnetId, provider: 'ovn' },
    listeners: [
      {
        ...{ name: 'api', protocol: 'TCP', protocol_port: 6443, ...listener },
        default_pool: { name: 'back', protocol: 'TCP', lb_algorithm: 'SOURCE_IP_PORT', ...pool },
      },
    ],
  },
});

/**
 * What everything that is named exists for, and is refused all the same: the pre-flight's reasons
 * (docs/reference/pre-flight.md).
 */
export const unfitRequests: ContractArea = {
  area: 'unfit-requests',
  cases: [
    {
      name: 'a flavor without a disk is for volumes',
      reference: 'https://docs.openstack.org/nova/latest/configuration/policy.html (servers:create:zero_disk_flavor)',
      run: async (context) => {
        const { user, refused, unique } = context;
        const values = { name: unique('diskless'), vcpus: 1, ram: 2048, disk: 0 };
        const flavorRef = await adminMakes(context, ['compute', '/flavors', 'flavor'], values);
        await refused(403, () => user.compute.servers.create(smallServer(context, { flavorRef })));
      },
    },
    {
      name: 'a server on an external network, or with security groups where there is no port security, is not built',
      reference: 'https://docs.openstack.org/api-ref/compute/#create-server',
      run: async (context) => {
        const { user, quietly, cleanUp, note } = context;
        removeServersLater(context);
        const open = await quietly(() => user.network.networks.create({ name: 'open', port_security_enabled: false }));
        cleanUp(() => user.network.networks.delete(open.id));
        const range = { network_id: open.id, name: 'open', ip_version: 4 as const, cidr: '10.93.0.0/24' };
        await quietly(() => user.network.subnets.create(range));
        const group = await quietly(() => user.network.securityGroups.create({ name: 'guard' }));
        const builds = async (label: string, network: string, groups: readonly string[]) => {
          const networks = [{ uuid: network }];
          const security_groups = groups.map((name) => ({ name }));
          const wanted = { networks, ...(groups.length > 0 ? { security_groups } : {}) };
          const { id } = await user.compute.servers.create(smallServer(context, wanted));
          await settled(context, id, 'ERROR');
          note(label, 'ERROR');
        };
        await builds('external network', context.seeds.externalNetwork, []);
        await builds('no port security', open.id, [group.id]);
      },
    },
    {
      name: 'a subnet that overlaps the network of the gateway is not plugged into the router',
      reference: 'https://docs.openstack.org/api-ref/network/v2/#add-interface-to-router',
      run: async (context) => {
        const { user, quietly, cleanUp, refused } = context;
        const [range] = await quietly(() =>
          context.admin.network.subnets.list({ network_id: context.seeds.externalNetwork }).all(),
        );
        const { network } = await makeNetwork(context);
        const gateway = { external_gateway_info: { network_id: context.seeds.externalNetwork } };
        const router = await quietly(() => user.network.routers.create({ name: 'router', ...gateway }));
        cleanUp(() => user.network.routers.delete(router.id));
        const cidr = (range?.cidr ?? '').replace(/\.0\.0\/16$/, '.7.0/24');
        const wanted = { network_id: network, name: 'twin', ip_version: 4 as const, cidr, enable_dhcp: false };
        const subnet = await quietly(() => user.network.subnets.create(wanted));
        await refused(400, () => user.network.routers.addInterface(router.id, { subnet_id: subnet.id }));
      },
    },
    {
      name: 'a volume type has quotas of its own',
      reference: 'https://docs.openstack.org/api-ref/block-storage/v3/#update-quotas-for-a-project',
      run: async (context) => {
        const { admin, user, project, refused } = context;
        const set = (quota_set: Readonly<Record<string, number>>) =>
          admin.service('block-storage').request('PUT', `/os-quota-sets/${project.id}`, { json: { quota_set } });
        await set({ volumes_hdd: 0 });
        await user.blockStorage.quotas(project.id);
        await refused(413, () => user.blockStorage.volumes.create({ size: 1, volume_type: 'hdd' }));
        await set({ volumes_hdd: -1, gigabytes_hdd: 1 });
        await refused(413, () => user.blockStorage.volumes.create({ size: 2, volume_type: 'hdd' }));
      },
    },
    {
      name: 'the provider `ovn` has one algorithm and no allowed CIDRs',
      reference: `${octaviaReference('create-a-load-balancer')}; https://docs.openstack.org/ovn-octavia-provider/latest/`,
      run: async (context) => {
        const { user } = context;
        const { subnetId } = await makeSubnet(context);
        const post = (status: number, listener: object, pool: object) =>
          octavia(context, status, 'POST', '/loadbalancers', balancer(subnetId, listener, pool));
        await post(501, {}, { lb_algorithm: 'ROUND_ROBIN' });
        await post(501, { allowed_cidrs: ['192.0.2.0/24'] }, {});
        await post(501, { protocol: 'HTTP' }, { protocol: 'HTTP' });
        assert.equal((await user.loadBalancer.loadBalancers.list()).length, 0);
        const reply = await post(201, {}, {});
        const { loadbalancer } = z.looseObject({ loadbalancer: identified }).parse(JSON.parse(reply.text));
        removeLater(context, loadbalancer.id);
        const { listeners } = await settledBalancer(context, loadbalancer.id);
        const change = { listener: { allowed_cidrs: ['192.0.2.0/24'] } };
        await octavia(context, 501, 'PUT', `/listeners/${listeners[0]?.id ?? ''}`, change);
      },
    },
  ],
};
