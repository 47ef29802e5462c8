/** What a request for a subnet says of its addresses. */
export interface SubnetAddresses {
  readonly ip_version: 4;
  readonly cidr: string;
  readonly allocation_pools: readonly { readonly start: string; readonly end: string }[];
}

/**
 * A subnet in which the cloud chooses addresses that end in 128 to 191 alone: Neutron draws lots for them, and a case
 * names others itself.
 *
 * @param cidr - a network of at least 192 addresses, such as `10.20.0.0/24`
 */
export function subnetOf(cidr: string): SubnetAddresses {
  const beginning = cidr.replace(/\.\d+\/\d+$/, '');
  return { ip_version: 4, cidr, allocation_pools: [{ start: `${beginning}.128`, end: `${beginning}.191` }] };
}
