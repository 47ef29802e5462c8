import type { OperationName } from '../../model/index.ts';
import { type Fault, faults } from './faults.ts';
import type { RecordedCall } from './places.ts';

/** One case of the matrix: a fault at a call. */
export interface Case {
  readonly operation: OperationName;
  readonly key: string;
  readonly occurrence: number;
  readonly fault: string;
  /** The fault stays until it is cleared, after the operation has ended. */
  readonly permanent: boolean;
}

/** A case's name, by which it can be run again alone. */
export const caseName = ({ operation, key, occurrence, fault, permanent }: Case): string =>
  `${operation}: ${key} #${occurrence}: ${fault}${permanent ? ' for good' : ''}`;

/** The case with this name. @throws Error when it is none */
export function caseOf(name: string): Case {
  const match = /^(createCluster|deleteCluster): (.+) #(\d+): ([\w-]+)( for good)?$/.exec(name);
  const [, operation, key = '', occurrence, fault = '', permanent] = match ?? [];
  if (operation !== 'createCluster' && operation !== 'deleteCluster')
    throw new Error(`"${name}" is no case; --list prints all`);
  return { operation, key, occurrence: Number(occurrence), fault, permanent: permanent !== undefined };
}

/** The fault with this name. */
export function faultOf(name: string): Fault {
  const fault = faults.find((one) => one.name === name);
  if (fault === undefined) throw new Error(`there is no fault ${name}`);
  return fault;
}

/** A fault that cannot meet a call, and why. */
export interface NotApplicable {
  readonly call: RecordedCall;
  readonly fault: string;
  readonly reason: string;
}

/** Every fault at every call, once and for good. */
export function casesOf(calls: readonly RecordedCall[]): { cases: Case[]; notApplicable: NotApplicable[] } {
  const cases: Case[] = [];
  const notApplicable: NotApplicable[] = [];
  for (const call of calls) {
    for (const fault of faults) {
      const reason = fault.notApplicable(call);
      if (reason !== undefined) {
        notApplicable.push({ call, fault: fault.name, reason });
        continue;
      }
      const { operation, key, occurrence } = call;
      const one = { operation, key, occurrence, fault: fault.name };
      cases.push({ ...one, permanent: false });
      if (call.occurrence === 1 && fault.once !== true) cases.push({ ...one, permanent: true });
    }
  }
  return { cases, notApplicable };
}
