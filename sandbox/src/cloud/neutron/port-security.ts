import { neutronError } from './errors.ts';
import type { Port } from './rows.ts';

/** What a request says of a port's protection; undefined: nothing. */
export interface Protection {
  readonly security_groups?: readonly string[] | undefined;
  readonly allowed_address_pairs?: readonly unknown[] | undefined;
}

const groupsNeedSecurity = () =>
  neutronError(
    400,
    'PortSecurityAndIPRequiredForSecurityGroups',
    'Port security must be enabled and port must have an IP address in order to use security groups.',
  );
const pairsNeedSecurity = () =>
  neutronError(
    409,
    'AddressPairAndPortSecurityRequired',
    'Port Security must be enabled in order to have allowed address pairs on a port.',
  );
const has = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0;

/**
 * Refuses groups and address pairs on a new port without port security
 * (openstack/neutron:neutron/plugins/ml2/plugin.py).
 */
export function checkNewProtection(secure: boolean, wanted: Protection): void {
  if (secure) return;
  if (has(wanted.allowed_address_pairs)) throw pairsNeedSecurity();
  if (has(wanted.security_groups)) throw groupsNeedSecurity();
}

/** The same for a port that is changed. */
export function checkProtection(secure: boolean, port: Port, wanted: Protection): void {
  if (secure) return;
  if (has(wanted.allowed_address_pairs)) throw pairsNeedSecurity();
  if (wanted.allowed_address_pairs === undefined && has(port.allowed_address_pairs)) throw pairsNeedSecurity();
  if (has(wanted.security_groups)) throw groupsNeedSecurity();
  if (wanted.security_groups === undefined && has(port.security_groups)) {
    throw neutronError(
      409,
      'PortSecurityPortHasSecurityGroup',
      'Port has security group associated. Cannot disable port security or IP address until security group is removed.',
    );
  }
}
