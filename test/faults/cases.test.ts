import { describe, expect, it } from 'vitest';
import { caseName, caseOf, casesOf, faultOf } from './cases.ts';
import { operationsUnderTest } from './operations.ts';
import { type Place, placeText, type RecordedCall } from './places.ts';

const place = (activity: string, path: string): Place => ({
  ...{ activity, path, service: 'openstack', method: 'POST', subject: '', authenticated: true },
});

/** Every operation creates servers by the same activity, and has an activity of its own. */
const calls = operationsUnderTest.flatMap(({ name }) =>
  [place('ensureNodes', '/compute/v2.1/servers'), place(`only ${name}`, '/networking/v2.0/ports')].map(
    (one): RecordedCall => ({ operation: name, place: one, key: placeText(one), occurrence: 1, opensActivity: true }),
  ),
);

describe('cases of the matrix', () => {
  const { cases, skipped } = casesOf({ calls, leftOut: [] }, 'emulator');
  const shared = cases.filter(({ key }) => key.startsWith('ensureNodes'));

  it('meet the same call of the same activity with a fault in one operation, and every operation has some', () => {
    const plain = shared.filter(({ fault }) => faultOf(fault).concernsOperation !== true);
    const kinds = plain.map(({ fault, permanent }) => `${fault} ${permanent}`);
    expect(new Set(kinds).size).toBe(kinds.length);
    expect(new Set(plain.map(({ operation }) => operation)).size).toBe(operationsUnderTest.length);
    expect(skipped.map(({ reason }) => reason)).toContain(
      'the same call of the same activity is met in another operation',
    );
  });

  it('do to every operation what is done to operations', () => {
    const replaced = shared.filter(({ fault }) => fault === 'worker-replaced');
    expect(replaced.map(({ operation }) => operation)).toEqual(operationsUnderTest.map(({ name }) => name));
  });

  it('leave out nothing that one operation alone has', () => {
    for (const { name } of operationsUnderTest) {
      const own = cases.filter(({ key }) => key.startsWith(`only ${name} `));
      expect(new Set(own.map(({ fault }) => fault)).size).toBeGreaterThan(10);
    }
  });

  it('have names by which they are found again', () => {
    for (const one of cases.filter(({ key }) => !key.startsWith('only '))) expect(caseOf(caseName(one))).toEqual(one);
  });
});
