import type { CloudKind } from '../../local/sandbox-processes.ts';
import { type Candidate, withoutAlike } from './alike.ts';
import { type Fault, faults } from './faults.ts';
import { type MatrixName, operationsUnderTest } from './operations.ts';
import type { RecordedCall } from './places.ts';
import type { Recording } from './record.ts';

/** One case of the matrix: a fault at a call. */
export interface Case {
  readonly operation: MatrixName;
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
  const match = /^(\w+): (.+) #(\d+): ([\w-]+)( for good)?$/.exec(name);
  const [, wanted, key = '', occurrence, fault = '', permanent] = match ?? [];
  const operation = operationsUnderTest.find((one) => one.name === wanted)?.name;
  if (operation === undefined) throw new Error(`"${name}" is no case; --list prints all`);
  return { operation, key, occurrence: Number(occurrence), fault, permanent: permanent !== undefined };
}

/** The fault with this name. */
export function faultOf(name: string): Fault {
  const fault = faults.find((one) => one.name === name);
  if (fault === undefined) throw new Error(`there is no fault ${name}`);
  return fault;
}

/** A fault that does not meet a call, and why. */
export interface Skipped {
  readonly call: RecordedCall;
  readonly fault: string;
  readonly permanent: boolean;
  readonly reason: string;
  /** The case that stands for it, where one does. */
  readonly like?: Case;
}

/**
 * Every fault at every call, once and for good; what is skipped has its reason. Of cases that are alike one is run
 * ({@link withoutAlike}).
 */
export function casesOf(
  { calls, leftOut }: Pick<Recording, 'calls' | 'leftOut'>,
  cloud: CloudKind,
): {
  cases: Case[];
  skipped: Skipped[];
} {
  const candidates: Candidate[] = [];
  const skipped: Skipped[] = [];
  const decide = (call: RecordedCall, why: (fault: Fault, permanent: boolean) => string | undefined) => {
    for (const fault of faults) {
      for (const permanent of fault.once === true ? [false] : [false, true]) {
        const reason = (cloud === 'emulator' ? undefined : fault.emulatorOnly) ?? why(fault, permanent);
        const { operation, key, occurrence } = call;
        const tested = { operation, key, occurrence, fault: fault.name, permanent };
        if (reason === undefined) candidates.push({ tested, call, fault });
        else skipped.push({ call, fault: fault.name, permanent, reason });
      }
    }
  };
  for (const call of calls) decide(call, (fault, permanent) => fault.notApplicable(call) ?? whyNot(call, permanent));
  for (const { call, reason } of leftOut) decide(call, () => reason);
  const { chosen, alike } = withoutAlike(candidates);
  for (const { one, like, reason } of alike) {
    const { call, tested } = one;
    skipped.push({ call, fault: tested.fault, permanent: tested.permanent, reason, like: like.tested });
  }
  return { cases: chosen.map(({ tested }) => tested), skipped };
}

/** Whether the case meets this call. */
export const isAt = (call: RecordedCall, { operation, key, occurrence }: Case): boolean =>
  call.operation === operation && call.key === key && call.occurrence === occurrence;

const whyNot = ({ occurrence }: RecordedCall, permanent: boolean): string | undefined =>
  permanent && occurrence > 1 ? 'a fault for good meets every call of a place, from the first on' : undefined;
