import type { ClusterSpec } from './cluster-spec.ts';

/** One ingress rule of a security group, in Neutron's terms. */
export interface SecurityRule {
  readonly description: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'ipip' | null;
  readonly portMin?: number;
  readonly portMax?: number;
  /** A range, or one of the cluster's own two groups. */
  readonly from: { readonly cidr: string } | { readonly group: 'controlPlane' | 'nodes' };
}

/**
 * The rules of the cluster's two security groups. Traffic between the cluster's machines is open (any CNI works); from
 * outside only the API is reachable, and NodePorts only from the machines' own subnet, where load balancers live.
 */
export function securityRules(
  spec: ClusterSpec,
  subnetCidr: string,
): { controlPlane: SecurityRule[]; nodes: SecurityRule[] } {
  const within = (group: 'controlPlane' | 'nodes'): SecurityRule => ({
    description: `all traffic from the cluster's ${group === 'nodes' ? 'nodes' : 'control plane'}`,
    protocol: null,
    from: { group },
  });
  const allowed = spec.api.allowedCidrs.length > 0 ? spec.api.allowedCidrs : ['0.0.0.0/0'];
  const api = [...new Set([...allowed, subnetCidr])].map((cidr): SecurityRule => ({
    description: 'Kubernetes API',
    protocol: 'tcp',
    portMin: 6443,
    portMax: 6443,
    from: { cidr },
  }));
  const nodePorts = (['tcp', 'udp'] as const).map((protocol): SecurityRule => ({
    description: 'NodePorts from the cluster’s subnet',
    protocol,
    portMin: 30_000,
    portMax: 32_767,
    from: { cidr: subnetCidr },
  }));
  return {
    controlPlane: [within('controlPlane'), within('nodes'), ...api],
    nodes: [within('controlPlane'), within('nodes'), ...nodePorts],
  };
}
