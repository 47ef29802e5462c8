import type { ContractArea } from '../kit/case.ts';
import { networkBasics } from './network-basics.ts';
import { dnsRecordsets } from './dns-recordsets.ts';
import { dnsRequests } from './dns-requests.ts';
import { dnsZones } from './dns-zones.ts';

/** Every area of the contract. */
export const areas: readonly ContractArea[] = [networkBasics, dnsRecordsets, dnsRequests, dnsZones];
