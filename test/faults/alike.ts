import { createHash } from 'node:crypto';
import type { Case } from './cases.ts';
import { type Fault, WAITS } from './faults.ts';
import { isRead, type RecordedCall } from './places.ts';

/** A fault at a call, which may be a case. */
export interface Candidate {
  readonly tested: Case;
  readonly call: RecordedCall;
  readonly fault: Fault;
}

/** A candidate that is not run, and the one that is run for it. */
export interface LikeAnother {
  readonly one: Candidate;
  readonly like: Candidate;
  readonly reason: string;
}

/** Why one candidate stands for another: the rules of {@link withoutAlike}. */
const reasonsAlike = {
  loop: 'the first and the last call of a loop stand for those between',
  state: 'nothing has changed since a call that is met',
  interrupted: 'its activity learns of it what it learns at a read that is met',
  operation: 'the same lines make the same read in another operation',
} as const;

/**
 * Chooses, of all faults at all calls, those that are run. Whatever is left out has one that stands for it: the same
 * lines of code then learn the same, with the same things done before.
 *
 * 1. Loops. Calls of one operation that change something, and that the same lines send, by the same method to the same
 *    service, are a loop. Its first call meets every fault, with nothing of the loop done, and so does its last.
 * 2. State. What is done to a worker or to an operation (`meetsState`) does not depend on the call with which it comes.
 *    At a read it finds what there was at the call of the activity before it, so it comes with the first call of an
 *    activity and with every call that changes something.
 * 3. Interrupted reads. A read without an answer (`interrupts`) changes nothing, and the service's client tells the
 *    activity one failure for it, whatever has happened. Of the reads that an activity makes of a service, the first
 *    before its first change and the first after that meet every such fault. Each other line that reads meets one for
 *    each failure, once and for good: what it does with a failure is its own. A failure for good ends an operation, so
 *    there each operation has lines of its own. (OpenStack's client repeats a read by itself, so all that interrupts it
 *    once is alike: the activity learns nothing.)
 * 4. Operations. The same read by the same lines in several operations meets a fault in one of them, in each operation
 *    some. What changes something meets every fault in every operation, and so do operations what is done to them.
 */
export function withoutAlike(candidates: readonly Candidate[]): {
  readonly chosen: readonly Candidate[];
  readonly alike: readonly LikeAnother[];
} {
  const alike = new Map<Candidate, { like: Candidate; reason: string }>();
  const left = () => candidates.filter((one) => !alike.has(one));
  const leave = (pairs: readonly Pair[], reason: string) => {
    for (const [one, like] of pairs) alike.set(one, { like, reason });
  };
  leave(betweenEnds(left()), reasonsAlike.loop);
  leave(withoutChange(candidates, left()), reasonsAlike.state);
  leave(interruptedAlike(left()), reasonsAlike.interrupted);
  leave(inOtherOperations(left()), reasonsAlike.operation);
  const standing = (one: Candidate): Candidate => {
    const next = alike.get(one)?.like;
    return next === undefined ? one : standing(next);
  };
  return {
    chosen: left(),
    alike: [...alike].map(([one, { like, reason }]) => ({ one, like: standing(like), reason })),
  };
}

/** One that is left out, and one that stands for it. */
type Pair = readonly [one: Candidate, like: Candidate];

function betweenEnds(candidates: readonly Candidate[]): Pair[] {
  const writes = candidates.filter(({ call }) => !isRead(call.place));
  return groups(writes, (one) => `${one.call.operation} ${lineOf(one)} ${faultText(one)}`).flatMap(([first, ...rest]) =>
    rest.slice(0, -1).map((one) => [one, first] as const),
  );
}

function withoutChange(all: readonly Candidate[], candidates: readonly Candidate[]): Pair[] {
  return candidates
    .filter(({ call, fault }) => fault.meetsState === true && isRead(call.place) && !call.opensActivity)
    .flatMap((one): Pair[] => {
      const { operation, place } = one.call;
      const before = all
        .slice(0, all.indexOf(one))
        .findLast(
          ({ call, tested }) =>
            call.operation === operation && call.place.activity === place.activity && tested.fault === one.tested.fault,
        );
      return before === undefined ? [] : [[one, before]];
    });
}

function interruptedAlike(candidates: readonly Candidate[]): Pair[] {
  const reads = candidates.filter(({ call, fault }) => fault.interrupts === true && isRead(call.place));
  const stretch = ({ call: { place, afterEffect } }: Candidate) => `${place.activity} ${place.service} ${afterEffect}`;
  // What is over after a moment never reaches the operation; what stays ends it, and how is the operation's own.
  const line = (one: Candidate) => `${one.tested.permanent ? one.call.operation : ''} ${lineOf(one)} ${learned(one)}`;
  return groups(reads, (one) => `${stretch(one)} ${one.tested.permanent}`).flatMap((ofStretch) => {
    const met = groups(ofStretch, faultText).map(([first]) => first);
    const rest = ofStretch.filter((one) => !met.includes(one));
    return groups(rest, line).flatMap((alike) => {
      const known = met.some((one) => line(one) === line(alike[0]));
      const ofOneCall = alike.filter(({ call }) => call === alike[0].call);
      const { key } = alike[0].call;
      const kept = known ? undefined : ofOneCall[turn(`${key} ${learned(alike[0])}`, ofOneCall.length)];
      return alike.flatMap((one): Pair[] => {
        const like = met.find((other) => faultText(other) === faultText(one));
        return one === kept || like === undefined ? [] : [[one, like]];
      });
    });
  });
}

function inOtherOperations(candidates: readonly Candidate[]): Pair[] {
  const shared = candidates.filter(({ call, fault }) => fault.concernsOperation !== true && isRead(call.place));
  const kind = (one: Candidate) =>
    `${one.call.key} ${one.call.occurrence} ${one.call.afterEffect} ${one.call.from} ${faultText(one)}`;
  return groups(shared, kind).flatMap((group) => {
    const like = group[turn(kind(group[0]), group.length)] ?? group[0];
    return group.filter((one) => one !== like).map((one) => [one, like] as const);
  });
}

/** Where in the code a call is; its place, where the lines are not known. */
const lineOf = ({ call: { place, key, from } }: Candidate): string =>
  from === '' ? key : `${place.activity} ${place.method} ${place.service} ${from}`;

const faultText = ({ tested: { fault, permanent } }: Candidate): string => `${fault}${permanent ? ' for good' : ''}`;

/** What an activity is told by the client of a service when a read is interrupted. */
function learned({ call: { place }, fault, tested: { permanent } }: Candidate): string {
  const repeated = place.service === 'openstack' && place.method === 'GET' && !permanent;
  const types = fault.verdict(place).types.filter((type) => !WAITS.includes(type));
  return `${repeated ? 'nothing' : types.join()}${permanent ? ' for good' : ''}`;
}

/** A number below `count` that is the same in every run. */
const turn = (text: string, count: number): number => createHash('sha256').update(text).digest().readUInt32BE() % count;

/** In the order in which their first elements come. */
function groups<T>(all: readonly T[], key: (one: T) => string): [T, ...T[]][] {
  const found = new Map<string, [T, ...T[]]>();
  for (const one of all) {
    const group = found.get(key(one));
    if (group === undefined) found.set(key(one), [one]);
    else group.push(one);
  }
  return [...found.values()];
}
