import { pythonText } from '../http/python-repr.ts';
import { isAddress, parseCidr } from './addresses.ts';
import { fixed, owners, shown, standard } from './attribute-parts.ts';
import type { AttributeMap } from './attributes.ts';
import { neutronError } from './errors.ts';
import { toProtocol } from './protocols.ts';
import { oneOf, string, type Converter } from './validators.ts';

// openstack/neutron:neutron/extensions/securitygroup.py

const toEthertype: Converter = (value) => {
  const known = ['IPv4', 'IPv6'].find((name) => name.toLowerCase() === pythonText(value).toLowerCase());
  if (typeof value === 'string' && known !== undefined) return known;
  throw neutronError(
    400,
    'SecurityGroupRuleInvalidEtherType',
    `Security group rule for ethertype '${pythonText(value)}' not supported. Allowed values are ['IPv4', 'IPv6'].`,
  );
};

const toPort: Converter = (value) => {
  if (value === null) return null;
  const text = pythonText(value);
  if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw neutronError(400, 'SecurityGroupInvalidPortValue', `Invalid value for port ${text}`);
};

const toPrefix: Converter = (value) => {
  if (value === null || value === '') return null;
  const text = pythonText(value);
  const whole = isAddress(text) ? `${text}/${text.includes(':') ? 128 : 32}` : text;
  if (typeof value === 'string' && parseCidr(whole)) return whole;
  throw neutronError(400, 'InvalidCIDR', `Invalid CIDR ${text} given as IP prefix.`);
};

const given = { post: true, filter: true, sort: true } as const;

export const securityGroupRuleAttributes: AttributeMap = {
  id: fixed,
  security_group_id: { ...given, check: string(36) },
  remote_group_id: { ...given, default: null },
  direction: { ...given, check: oneOf('ingress', 'egress') },
  protocol: { ...given, default: null, convert: toProtocol },
  port_range_min: { ...given, default: null, convert: toPort },
  port_range_max: { ...given, default: null, convert: toPort },
  ethertype: { ...given, default: 'IPv4', convert: toEthertype },
  remote_ip_prefix: { ...given, default: null, convert: toPrefix },
  ...owners,
  normalized_cidr: fixed,
  remote_address_group_id: { ...given, default: null },
  belongs_to_default_sg: { filter: true },
  ...standard,
  tags: shown,
};
