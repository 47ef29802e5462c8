import type { LoadBalancer } from 'openstack-client-ts';
import type { RunningProgram } from './cloud-program.ts';

const deadlineMs = 120_000;

/** A Service that is to be reached from outside. */
export interface Balanced {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Addresses of the nodes. */
  readonly members: readonly string[];
  readonly ports: readonly { readonly protocol: 'TCP' | 'UDP'; readonly port: number; readonly nodePort: number }[];
  /** Without a floating IP. */
  readonly internal: boolean;
}

/** Names and texts of cloud-provider-openstack (pkg/openstack/loadbalancer.go, loadbalancer_sg.go). */
function textsOf({ clusterName: cluster }: RunningProgram, { namespace, name, uid }: Balanced) {
  return {
    balancer: `kube_service_${cluster}_${namespace}_${name}`,
    balancerDescription: `Kubernetes external service ${namespace}/${name} from cluster ${cluster}`,
    floatingIpDescription: `Floating IP for Kubernetes external service ${namespace}/${name} from cluster ${cluster}`,
    group: `lb-sg-${uid}-${namespace}-${name}`,
    groupDescription: `Security Group for ${namespace}/${name} Service LoadBalancer in cluster ${cluster}`,
  };
}

/** Makes what is missing of a Service's load balancer; returns the address. */
export async function ensureLoadBalancer(
  program: RunningProgram,
  service: Balanced,
  signal: AbortSignal,
): Promise<string> {
  const { cloud, setting } = program;
  const texts = textsOf(program, service);
  const subnet = setting('LoadBalancer.subnet-id');
  const balancers = cloud.loadBalancer.loadBalancers;
  const [known] = await balancers.list({ name: texts.balancer }, { signal });
  const made =
    known ??
    (await balancers.create(
      {
        ...{ name: texts.balancer, description: texts.balancerDescription, vip_subnet_id: subnet },
        ...{ provider: setting('LoadBalancer.lb-provider'), tags: [texts.balancer] },
        listeners: service.ports.map(({ protocol, port, nodePort }, index) => ({
          ...{ name: `listener_${index}_${texts.balancer}`, protocol, protocol_port: port },
          default_pool: {
            ...{ name: `pool_${index}_${texts.balancer}`, protocol, lb_algorithm: 'ROUND_ROBIN' as const },
            members: service.members.map((address) => ({ address, protocol_port: nodePort, subnet_id: subnet })),
          },
        })),
      },
      { signal },
    ));
  const active = await balancers.waitActive(made.id, { signal, deadlineMs });
  if (setting('LoadBalancer.manage-security-groups') === 'true') await ensureGroup(program, texts, signal);
  return service.internal ? (active.vip_address ?? '') : await ensureFloatingIp(program, texts, active, signal);
}

async function ensureGroup(
  { cloud }: RunningProgram,
  { group: name, groupDescription: description }: ReturnType<typeof textsOf>,
  signal: AbortSignal,
): Promise<void> {
  const { securityGroups } = cloud.network;
  const known = await securityGroups.list({ name }, { signal });
  if (known.length === 0) await securityGroups.create({ name, description }, { signal });
}

async function ensureFloatingIp(
  { cloud, setting }: RunningProgram,
  { floatingIpDescription: description }: ReturnType<typeof textsOf>,
  { vip_port_id: port }: LoadBalancer,
  signal: AbortSignal,
): Promise<string> {
  const { floatingIps } = cloud.network;
  const [known] = await floatingIps.list({ port_id: port ?? '' }, { signal });
  if (known !== undefined) return known.floating_ip_address;
  const network = setting('LoadBalancer.floating-network-id') ?? '';
  const wanted = { floating_network_id: network, port_id: port ?? undefined, description };
  return (await floatingIps.create(wanted, { signal })).floating_ip_address;
}

/** Removes all that a Service has in the cloud, and waits until it is gone. */
export async function removeLoadBalancer(
  program: RunningProgram,
  service: Balanced,
  signal: AbortSignal,
): Promise<void> {
  const { cloud } = program;
  const texts = textsOf(program, service);
  const { loadBalancers } = cloud.loadBalancer;
  const { floatingIps, securityGroups } = cloud.network;
  for (const one of await floatingIps.list({ description: texts.floatingIpDescription }, { signal }))
    await floatingIps.delete(one.id, { signal, missingOk: true });
  for (const one of await loadBalancers.list({ name: texts.balancer }, { signal })) {
    await loadBalancers.delete(one.id, { signal, cascade: true, missingOk: true });
    await loadBalancers.waitGone(one.id, { signal, deadlineMs });
  }
  for (const one of await securityGroups.list({ name: texts.group }, { signal }))
    await securityGroups.delete(one.id, { signal, missingOk: true });
}
