import { z } from 'zod';
import { type Cidr, cidrSize, cidrsOverlap, parseCidr } from '../cidr.ts';

/** An IPv4 network. The pattern is for the JSON Schema, which editors use; it is looser than the check. */
export const cidr = z
  .string()
  .refine((text) => parseCidr(text) !== undefined, 'must be an IPv4 network such as 10.6.0.0/16, without host bits')
  .meta({ pattern: '^\\d{1,3}(\\.\\d{1,3}){3}/\\d{1,2}$' });

/** Prefix of the range of pod addresses that the controller manager gives each node, as kubeadm leaves it. */
const NODE_PREFIX = 24;

/**
 * Ranges in which no machine, pod or service can have an address (RFC 6890): what is in them is not routed, or means
 * something else.
 */
const UNUSABLE = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'];

/**
 * The pods' range: a /24 for each node must fit into it, and no more than 65,536 of them
 * (kubernetes: cmd/kubeadm/app/apis/kubeadm/validation, ValidatePodSubnetNodeMask).
 */
export const podCidr = usable(
  cidr.refine(
    prefixBetween(NODE_PREFIX - 16, NODE_PREFIX),
    'must be a network from /8 to /24: every node gets a /24 of it',
  ),
);

/**
 * The services' range: kubeadm takes its tenth address for DNS and the API server at most 2^20 addresses (kubernetes:
 * cmd/kubeadm/app/apis/kubeadm/validation, ValidateServiceSubnetSize; constants.MinimumAddressesInServiceSubnet).
 */
export const serviceCidr = usable(cidr.refine(prefixBetween(12, 28), 'must be a network from /12 to /28'));

/**
 * How many machines a pods' range is kept free for, beside those of the specification: replacements join before others
 * leave.
 */
const spareNodes = (machines: number): number => Math.max(3, Math.ceil(machines / 10));

/** The parts of a specification that speak of addresses. */
export interface AddressPlan {
  readonly kubernetes: { readonly podCidr: string; readonly serviceCidr: string };
  readonly network: { readonly cidr: string; readonly subnetId?: string | undefined };
}

/**
 * What does not fit among a specification's ranges and its number of machines. Ranges that are none are not spoken of.
 */
export function addressIssues(plan: AddressPlan, machines: number): { path: string[]; message: string }[] {
  return [...overlaps(plan), ...tooSmall(plan, machines)];
}

function overlaps({ kubernetes, network }: AddressPlan) {
  const ranges: [string[], string][] = [
    [['network', 'cidr'], network.cidr],
    [['kubernetes', 'podCidr'], kubernetes.podCidr],
    [['kubernetes', 'serviceCidr'], kubernetes.serviceCidr],
  ];
  const considered = network.subnetId === undefined ? ranges : ranges.slice(1);
  return considered.flatMap(([path, text], index) =>
    considered.slice(0, index).flatMap(([otherPath, otherText]) => {
      const [a, b] = [parseCidr(text), parseCidr(otherText)];
      if (a === undefined || b === undefined || !cidrsOverlap(a, b)) return [];
      return [{ path, message: `overlaps ${otherPath.join('.')} (${text} and ${otherText})` }];
    }),
  );
}

function tooSmall({ kubernetes, network }: AddressPlan, machines: number) {
  const issues: { path: string[]; message: string }[] = [];
  const machineRange = parseCidr(network.cidr);
  // Neutron keeps the network, gateway, broadcast and DHCP addresses; Octavia takes the VIP and two for its amphorae.
  if (network.subnetId === undefined && machineRange !== undefined && cidrSize(machineRange) < machines + 10) {
    issues.push({ path: ['network', 'cidr'], message: `has too few addresses for ${machines} machines` });
  }
  const podRange = parseCidr(kubernetes.podCidr);
  const spare = spareNodes(machines);
  // The schema of the field has more to say of a range that has no room for a single node.
  if (podRange !== undefined && podRange.prefix <= NODE_PREFIX && nodeRanges(podRange) < machines + spare) {
    const prefix = NODE_PREFIX - Math.ceil(Math.log2(machines + spare));
    issues.push({
      path: ['kubernetes', 'podCidr'],
      message: `has ${nodeRanges(podRange)} ranges of /${NODE_PREFIX}, one for a node: ${machines} machines and ${spare} spare for replacements need a /${prefix}`,
    });
  }
  return issues;
}

const nodeRanges = ({ prefix }: Cidr): number => 2 ** (NODE_PREFIX - prefix);

function prefixBetween(shortest: number, longest: number): (text: string) => boolean {
  return (text) => {
    const range = parseCidr(text);
    return range === undefined || (range.prefix >= shortest && range.prefix <= longest);
  };
}

/** Refuses networks in which nothing can have an address. */
export function usable(schema: z.ZodString): z.ZodString {
  return schema.refine(
    (text) => {
      const range = parseCidr(text);
      return range === undefined || !UNUSABLE.some((other) => cidrsOverlap(range, parseCidr(other) ?? range));
    },
    `must not be in a range that is not routed: ${UNUSABLE.join(', ')}`,
  );
}
