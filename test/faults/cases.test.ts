import { describe, expect, it } from 'vitest';
import { caseName, caseOf, casesOf, faultOf } from './cases.ts';
import { operationsUnderTest } from './operations.ts';
import { isRead, type Place, placeText, type RecordedCall } from './places.ts';

const place = (activity: string, method: string, path: string): Place => ({
  ...{ activity, path, service: 'openstack', method, subject: '', authenticated: true },
});

/** Method and path, and the line of code that sends it. */
type Sent = readonly [method: string, path: string, from: string];

const callsOf = (activity: string, sent: readonly Sent[]): RecordedCall[] =>
  operationsUnderTest.flatMap(({ name: operation }) => {
    const seen: string[] = [];
    let afterEffect = false;
    return sent.map(([method, path, from], index) => {
      const at = place(activity.replace('{}', operation), method, path);
      const key = placeText(at);
      seen.push(key);
      const occurrence = seen.filter((one) => one === key).length;
      const call = { operation, place: at, key, occurrence, opensActivity: index === 0, afterEffect, from };
      afterEffect ||= !isRead(at);
      return call;
    });
  });

const SERVER = '/compute/v2.1/servers/{id}';

/** Every operation removes machines by the same activity, and has an activity of its own. */
const calls = [
  ...callsOf('removeMachines', [
    ['GET', '/compute/v2.1/servers', 'list'],
    ['GET', '/networking/v2.0/ports', 'ports'],
    ['DELETE', SERVER, 'remove'],
    ['DELETE', SERVER, 'remove'],
    ['DELETE', SERVER, 'remove'],
    ['GET', '/compute/v2.1/servers', 'list'],
  ]),
  ...callsOf('only {}', [['POST', '/networking/v2.0/ports', 'make']]),
];

const { cases, skipped } = casesOf({ calls, leftOut: [] }, 'emulator');
const faultText = ({ fault, permanent }: { fault: string; permanent: boolean }) => `${fault} ${permanent}`;
const at = (key: string, occurrence = 1) => cases.filter((one) => one.key === key && one.occurrence === occurrence);
const [list, ports, remove] = calls.map(({ key }) => key);

describe('cases of the matrix', () => {
  it('are, of each operation, every fault at every call that changes something', () => {
    for (const call of calls.filter((one) => !isRead(one.place))) {
      const wanted = [
        ...cases,
        ...skipped.flatMap(({ call: other, like, ...one }) => (like ? [{ ...other, ...one }] : [])),
      ]
        .filter((one) => one.operation === call.operation && one.key === call.key)
        .map(faultText);
      const found = cases.filter((one) => one.operation === call.operation && one.key === call.key).map(faultText);
      expect(new Set(found)).toEqual(new Set(wanted));
      expect(new Set(found).size).toBeGreaterThan(10);
    }
  });

  it('meet the first and the last call of a loop', () => {
    const once = (occurrence: number) => at(remove ?? '', occurrence).filter(({ permanent }) => !permanent);
    expect(once(1).length).toBeGreaterThan(0);
    expect(once(2)).toEqual([]);
    expect(once(3).map(({ fault }) => fault)).toEqual(
      expect.arrayContaining(['cut', '500-after', 'worker-killed', 'vanishes']),
    );
  });

  it('do to a worker at a read what has not been done with the same things made', () => {
    expect(at(list ?? '').map(({ fault }) => fault)).toContain('worker-killed');
    for (const one of [...at(ports ?? ''), ...at(list ?? '', 2)]) expect(one.fault).not.toBe('worker-killed');
  });

  it('interrupt a first read in every way, another by each failure that its activity learns', () => {
    const interrupted = (key: string, permanent: boolean) =>
      at(key).filter((one) => one.permanent === permanent && faultOf(one.fault).interrupts === true);
    for (const permanent of [false, true])
      expect(new Set(interrupted(list ?? '', permanent).map(({ fault }) => fault)).size).toBe(7);
    expect(interrupted(ports ?? '', false)).toHaveLength(1);
    // No answer, too many requests, no right: in one of the operations at least.
    expect(interrupted(ports ?? '', true).length).toBeGreaterThanOrEqual(3);
  });

  it('do to every operation what is done to operations', () => {
    const replaced = cases.filter(({ fault, key }) => fault === 'worker-replaced' && key === list);
    expect(replaced.map(({ operation }) => operation)).toEqual(operationsUnderTest.map(({ name }) => name));
  });

  it('leave out nothing that one operation alone has', () => {
    for (const { name } of operationsUnderTest) {
      const own = cases.filter(({ key }) => key.startsWith(`only ${name} `));
      expect(new Set(own.map(({ fault }) => fault)).size).toBeGreaterThan(10);
    }
  });

  it('stand for what is left out as alike: run themselves, with the same activity and the same failure', () => {
    const alike = skipped.filter(({ like }) => like !== undefined);
    expect(alike.length).toBeGreaterThan(100);
    for (const { call, fault, permanent, like } of alike) {
      expect(cases).toContainEqual(like);
      expect(like?.key.split(' ')[0]).toBe(call.place.activity.split(' ')[0]);
      expect(like).toMatchObject({ fault, permanent });
      if (!isRead(call.place)) expect(like?.operation).toBe(call.operation);
    }
  });

  it('have names by which they are found again', () => {
    for (const one of cases.filter(({ key }) => !key.startsWith('only '))) expect(caseOf(caseName(one))).toEqual(one);
  });
});
