import { pythonRepr, pythonText } from '../http/python-repr.ts';
import { neutronError } from './errors.ts';
import type { Converter } from './validators.ts';

/** Names of IP protocols with their numbers (openstack/neutron-lib:neutron_lib/constants.py, IP_PROTOCOL_MAP). */
const numbers = new Map<string, number>([
  ...([
    ['ah', 51],
    ['dccp', 33],
    ['egp', 8],
    ['esp', 50],
    ['gre', 47],
    ['hopopt', 0],
    ['icmp', 1],
    ['igmp', 2],
  ] as const),
  ...([
    ['ip', 0],
    ['ipip', 4],
    ['ipv6-encap', 41],
    ['ipv6-frag', 44],
    ['ipv6-icmp', 58],
    ['icmpv6', 58],
  ] as const),
  ...([
    ['ipv6-nonxt', 59],
    ['ipv6-opts', 60],
    ['ipv6-route', 43],
    ['ospf', 89],
    ['pgm', 113],
    ['rsvp', 46],
  ] as const),
  ...([
    ['sctp', 132],
    ['tcp', 6],
    ['udp', 17],
    ['udplite', 136],
    ['vrrp', 112],
  ] as const),
]);

/** Protocols that have ports. */
const withPorts: readonly number[] = [33, 132, 6, 17, 136];

const isName = (text: string): boolean => numbers.has(text);

/** The number of a protocol given by name or number; undefined for any protocol. */
export const protocolNumber = (protocol: string | null): number | undefined =>
  protocol === null ? undefined : (numbers.get(protocol) ?? Number(protocol));

/**
 * A name in small letters, a number as text, or null for all (openstack/neutron:neutron/extensions/securitygroup.py).
 */
export const toProtocol: Converter = (value) => {
  if (value === null || value === 'any') return null;
  const text = pythonText(value);
  if (/^\d+$/.test(text) && Number(text) <= 255) return text;
  if (typeof value === 'string' && isName(value.toLowerCase())) return value.toLowerCase();
  const known = [null, 'any', ...numbers.keys()].map(pythonRepr).join(', ');
  throw neutronError(
    400,
    'SecurityGroupRuleInvalidProtocol',
    `Security group rule protocol ${text} not supported. Only protocol values (${known}) and integer representations [0 to 255] are supported.`,
  );
};

/** Refuses ports that do not fit a protocol (openstack/neutron:neutron/db/securitygroups_db.py). @throws ApiError */
export function checkPorts(protocol: string | null, min: number | null, max: number | null): void {
  if (min === null && max === null) return;
  const number = protocolNumber(protocol);
  if (number === undefined) {
    const message = 'Must also specify protocol if port range is given.';
    throw neutronError(400, 'SecurityGroupProtocolRequiredWithPorts', message);
  }
  if (withPorts.includes(number)) {
    if (min === 0 || max === 0) throw neutronError(400, 'SecurityGroupInvalidPortValue', 'Invalid value for port 0');
    if (min === null || max === null || min > max) {
      const message = 'For TCP/UDP protocols, port_range_min must be <= port_range_max';
      throw neutronError(400, 'SecurityGroupInvalidPortRange', message);
    }
    return;
  }
  if (number !== 1 && number !== 58) {
    throw neutronError(
      400,
      'SecurityGroupInvalidProtocolForPort',
      `Ports cannot be specified for protocol ${number}. Ports are only supported for DCCP, SCTP, TCP, UDP, UDPLITE.`,
    );
  }
  checkIcmp(min, max);
}

function checkIcmp(type: number | null, code: number | null): void {
  const wrong = (
    [
      ['type (port_range_min)', type],
      ['code (port_range_max)', code],
    ] as const
  ).find(([, value]) => value !== null && value > 255);
  if (wrong) {
    const message = `Invalid value for ICMP ${wrong[0]} ${String(wrong[1])}. It must be 0 to 255.`;
    throw neutronError(400, 'SecurityGroupInvalidIcmpValue', message);
  }
  if (type === null) {
    throw neutronError(
      400,
      'SecurityGroupMissingIcmpType',
      `ICMP code (port-range-max) ${String(code)} is provided but ICMP type (port-range-min) is missing.`,
    );
  }
}

/** Refuses protocols of IPv6 in a rule for IPv4. @throws ApiError */
export function checkEthertype(protocol: string | null, ethertype: string): void {
  const number = protocolNumber(protocol);
  if (ethertype !== 'IPv4' || number === undefined || ![41, 44, 58, 59, 60, 43].includes(number)) return;
  const message = `Invalid ethertype ${ethertype} for protocol ${String(protocol)}.`;
  throw neutronError(400, 'SecurityGroupEthertypeConflictWithProtocol', message);
}
