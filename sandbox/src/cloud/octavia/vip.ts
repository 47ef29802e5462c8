import ipaddr from 'ipaddr.js';
import type { Cloud } from '../cloud.ts';
import { ApiError, isRecord, type Call } from '../http/service.ts';
import { makePort, removePort } from '../neutron/ports.ts';
import { baseRow } from '../neutron/base-row.ts';
import type { Network, Port, Subnet } from '../neutron/rows.ts';
import { uuid } from '../store/ids.ts';
import type { LoadBalancerBody } from './bodies.ts';
import { fault, notThere, validation } from './errors.ts';
import type { AdditionalVip, LoadBalancer } from './rows.ts';

/** Where a load balancer's VIP is to be. */
export interface VipPlan {
  readonly network: Network;
  readonly subnetId: string;
  readonly address: string | undefined;
  /** The user's own port. */
  readonly port: Port | undefined;
  readonly additional: readonly { readonly subnet_id: string; readonly ip_address: string | undefined }[];
}

/**
 * Finds out where the VIP is to be (octavia:octavia/api/v2/controllers/load_balancer.py,
 * `_validate_vip_request_object`).
 */
export function planVip(cloud: Cloud, call: Call, wanted: LoadBalancerBody, projectId: string): VipPlan {
  const { networks, subnets, securityGroups } = cloud.tables;
  const usable = (owner: string): boolean => owner === projectId || call.who.isAdmin;
  const networkOf = (id: string): Network | undefined => {
    const network = networks.get(id);
    return network && (usable(network.project_id) || network.shared || network['router:external'])
      ? network
      : undefined;
  };
  const subnetOf = (id: string): Subnet => {
    const subnet = subnets.get(id);
    if (!subnet || !networkOf(subnet.network_id)) throw notThere('Subnet', id);
    return subnet;
  };
  const { vip_port_id, vip_network_id, vip_subnet_id } = wanted;
  let place: Omit<VipPlan, 'network' | 'additional'>;
  if (vip_port_id) place = planOnPort(cloud, wanted, vip_port_id, usable, subnetOf);
  else if (vip_network_id) {
    const network = networkOf(vip_network_id);
    if (!network) throw notThere('Network', vip_network_id);
    place = planOnNetwork(cloud, wanted, network);
  } else if (vip_subnet_id)
    place = { subnetId: subnetOf(vip_subnet_id).id, address: wanted.vip_address ?? undefined, port: undefined };
  else throw validation('VIP must contain one of: vip_port_id, vip_network_id, vip_subnet_id.');
  if (wanted.vip_qos_policy_id) throw notThere('qos_policy', wanted.vip_qos_policy_id);
  const additional = (wanted.additional_vips ?? []).map(({ subnet_id, ip_address }) => ({
    subnet_id,
    ip_address: ip_address ?? undefined,
  }));
  const ids = [place.subnetId, ...additional.map(({ subnet_id }) => subnet_id)];
  if (new Set(ids).size < ids.length)
    throw validation('Duplicate VIP subnet(s) specified. Only one IP can be bound per subnet.');
  const used = new Set(ids.map((id) => subnets.get(id)?.network_id));
  if (used.size > 1) throw validation('All VIP subnets must belong to the same network.');
  for (const id of wanted.vip_sg_ids ?? []) {
    const group = securityGroups.get(id);
    if (!group || !usable(group.project_id)) throw notThere('Security Group', id);
  }
  const network = networks.get([...used][0] ?? '');
  if (!network) throw notThere('Subnet', place.subnetId);
  return { network, ...place, additional };
}

type Place = Omit<VipPlan, 'network' | 'additional'>;

function planOnPort(
  cloud: Cloud,
  wanted: LoadBalancerBody,
  id: string,
  usable: (owner: string) => boolean,
  subnetOf: (id: string) => Subnet,
): Place {
  const port = cloud.tables.ports.get(id);
  if (!port || !usable(port.project_id)) throw notThere('Port', id);
  if (port.device_id) throw validation(`Port ${id} is already used by device ${port.device_id} `);
  const { vip_subnet_id, vip_address } = wanted;
  const addresses = port.fixed_ips;
  const same = (one: string) =>
    ipaddr.parse(one).toNormalizedString() === ipaddr.parse(vip_address ?? '::').toNormalizedString();
  if (vip_subnet_id) {
    subnetOf(vip_subnet_id);
    const found = addresses.find((one) => one.subnet_id === vip_subnet_id);
    if (!found && !vip_address)
      throw validation('No VIP address found on the specified VIP port within the specified subnet.');
    return { subnetId: vip_subnet_id, address: found?.ip_address ?? vip_address ?? undefined, port };
  }
  if (vip_address) {
    const found = addresses.find((one) => same(one.ip_address));
    if (!found) throw validation('Specified VIP address not found on the specified VIP port.');
    return { subnetId: found.subnet_id, address: vip_address, port };
  }
  const [only, ...more] = addresses;
  if (!only || more.length > 0)
    throw validation(`VIP port's subnet could not be determined. Please specify either a VIP subnet or address.`);
  return { subnetId: only.subnet_id, address: only.ip_address, port };
}

function planOnNetwork(cloud: Cloud, wanted: LoadBalancerBody, network: Network): Place {
  const subnets = cloud.tables.subnets.by('network', network.id);
  const { vip_subnet_id, vip_address } = wanted;
  const address = vip_address ?? undefined;
  if (vip_subnet_id) {
    if (!subnets.some(({ id }) => id === vip_subnet_id)) throw notThere('Subnet', vip_subnet_id);
    return { subnetId: vip_subnet_id, address, port: undefined };
  }
  if (address !== undefined) {
    const wide = ipaddr.parse(address);
    const found = subnets.find(({ cidr }) => {
      const [base, bits] = ipaddr.parseCIDR(cidr);
      return wide.kind() === base.kind() && wide.match(base, bits);
    });
    if (!found) throw validation('Supplied network does not contain a subnet for VIP address specified.');
    return { subnetId: found.id, address, port: undefined };
  }
  const chosen = subnets.find((one) => one.ip_version === 4) ?? subnets[0];
  if (!chosen) throw validation('Supplied network does not contain a subnet.');
  return { subnetId: chosen.id, address: undefined, port: undefined };
}

/** What a load balancer knows of its VIP. */
export type Vip = Pick<
  LoadBalancer,
  'vip_address' | 'vip_port_id' | 'vip_subnet_id' | 'vip_network_id' | 'additional_vips' | 'ownsPort'
>;

/** Makes the VIP port, unless the user brings one. */
export function makeVip(cloud: Cloud, plan: VipPlan, id: string, projectId: string, groups: string[] | undefined): Vip {
  const { network, subnetId, address, additional } = plan;
  const fixedIps = [{ subnet_id: subnetId, ip_address: address }, ...additional].map(({ subnet_id, ip_address }) => ({
    subnet_id,
    ...(ip_address === undefined ? {} : { ip_address }),
  }));
  const port =
    plan.port ??
    inWordsOfOctavia(() =>
      makePort(cloud, {
        projectId,
        network,
        name: `octavia-lb-${id}`,
        fixedIps,
        deviceId: `lb-${id}`,
        deviceOwner: 'Octavia',
        ...(groups && groups.length > 0 && { securityGroups: groups }),
      }),
    );
  if (!plan.port) cloud.tables.ports.patch(port, { admin_state_up: false });
  const on = (subnet: string): string => port.fixed_ips.find(({ subnet_id }) => subnet_id === subnet)?.ip_address ?? '';
  return {
    vip_address: on(subnetId),
    vip_port_id: port.id,
    vip_subnet_id: subnetId,
    vip_network_id: network.id,
    additional_vips: additional.map(({ subnet_id }): AdditionalVip => ({
      subnet_id,
      ip_address: on(subnet_id),
      port_id: port.id,
    })),
    ownsPort: plan.port === undefined,
  };
}

/** What Neutron refuses, as the amphora driver tells it (octavia:octavia/api/drivers/utils.py, `call_provider`). */
function inWordsOfOctavia<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const inner = isRecord(error.body) ? error.body['NeutronError'] : undefined;
    const message = isRecord(inner) && typeof inner['message'] === 'string' ? inner['message'] : error.message;
    if (error.status === 409) throw fault(409, `The VIP IP address is already in use: ${message}`);
    const name = error.status === 400 ? 'BadRequestException' : 'HttpException';
    throw fault(500, `Provider 'amphora' reports error: ${name}: ${error.status}`);
  }
}

/** Octavia's service user: what belongs to it the user cannot change, and sees only on networks of his own. */
const serviceProject = (cloud: Cloud): string =>
  cloud.tables.projects.all().find(({ name }) => name === 'admin')?.id ?? '';

/** Puts the load balancer's own security group on the VIP port, unless the user chose groups. */
export function protectVip(cloud: Cloud, lb: LoadBalancer): void {
  const { ports, securityGroups } = cloud.tables;
  const port = ports.get(lb.vip_port_id);
  if (!port || lb.vip_sg_ids.length > 0) return;
  const base = baseRow(serviceProject(cloud));
  const group = securityGroups.insert({ ...base, name: `lb-${lb.id}`, stateful: true, shared: false });
  lb.ownGroupId = group.id;
  ports.patch(port, { security_groups: [group.id], revision_number: port.revision_number + 1 });
}

/** Plugs the amphora into the VIP's network: its port may answer for the VIP. */
export function plugAmphora(cloud: Cloud, lb: LoadBalancer): void {
  const { networks, ports } = cloud.tables;
  const network = networks.get(lb.vip_network_id);
  if (!network) return;
  const port = makePort(cloud, {
    projectId: serviceProject(cloud),
    network,
    name: `octavia-lb-vrrp-${uuid()}`,
    fixedIps: [{ subnet_id: lb.vip_subnet_id }],
    deviceId: uuid(),
    deviceOwner: 'Octavia',
    securityGroups: lb.ownGroupId === null ? lb.vip_sg_ids : [lb.ownGroupId],
  });
  const addresses = [lb.vip_address, ...lb.additional_vips.map(({ ip_address }) => ip_address)];
  ports.patch(port, {
    allowed_address_pairs: addresses.map((ip_address) => ({ ip_address, mac_address: port.mac_address })),
    revision_number: 4,
  });
  lb.amphoraPortId = port.id;
}

/** Takes the amphora's port away, and the load balancer's own security group, from a port that stays too. */
export function releaseVip(cloud: Cloud, lb: LoadBalancer): void {
  const { ports, securityGroups } = cloud.tables;
  const amphora = ports.get(lb.amphoraPortId ?? '');
  if (amphora) removePort(cloud, amphora);
  const port = ports.get(lb.vip_port_id);
  if (port && lb.ownGroupId !== null)
    ports.patch(port, {
      security_groups: port.security_groups.filter((id) => id !== lb.ownGroupId),
      revision_number: port.revision_number + 1,
    });
  if (lb.ownGroupId !== null) securityGroups.delete(lb.ownGroupId);
}
