import type { ContractArea } from '../kit/case.ts';
import { networkBasics } from './network-basics.ts';

/** Every area of the contract. */
export const areas: readonly ContractArea[] = [networkBasics];
