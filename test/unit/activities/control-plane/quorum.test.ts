import { describe, expect, it } from 'vitest';
import type { EtcdMember, EtcdStatus } from '../../../../activities/control-plane/etcd/etcd-members.ts';
import { type EtcdLook, whyNotRemove } from '../../../../activities/control-plane/etcd/quorum.ts';

const member = (serial: number, more: Partial<EtcdMember> = {}): EtcdMember => ({
  ...{ id: `${serial}`, name: `cp-${serial}`, addresses: [], isLearner: false },
  ...more,
});
const well = (serial: number, more: Partial<EtcdStatus> = {}): [string, EtcdStatus] => [
  `cp-${serial}`,
  { memberId: `${serial}`, leaderId: '1', isLearner: false, errors: [], ...more },
];
/** Members 1 to `count`, all well; member 1 leads. */
const etcd = (count: number, more: Partial<EtcdLook> = {}): EtcdLook => {
  const serials = Array.from({ length: count }, (_, index) => index + 1);
  return {
    members: serials.map((serial) => member(serial)),
    statuses: new Map(serials.map((serial) => well(serial))),
    ...more,
  };
};

describe('a member of etcd', () => {
  it.each<[string, EtcdLook, number]>([
    ['of four, when three are wanted', etcd(4), 3],
    ['of two, when one is wanted', etcd(2), 1],
    ['that is broken itself', etcd(4, { statuses: new Map([2, 3, 4].map((serial) => well(serial))) }), 3],
    [
      'that still learns itself',
      etcd(4, { members: [member(1, { isLearner: true }), member(2), member(3), member(4)] }),
      3,
    ],
    [
      'that still learns itself, when more are wanted',
      etcd(2, { members: [member(1, { isLearner: true }), member(2)], statuses: new Map([well(2)]) }),
      3,
    ],
  ])('may go: %s', (_, look, wanted) => {
    expect(whyNotRemove(look, look.members.slice(0, 1), wanted)).toBeUndefined();
  });

  it.each<[string, EtcdLook, number, RegExp]>([
    ['fewer than wanted would be left', etcd(3), 3, /2 members would be left, and 3 are wanted/],
    ['it is the last one', etcd(1), 0, /nothing of etcd would be left/],
    [
      'another has not started',
      etcd(4, { members: [1, 2, 3].map((serial) => member(serial)).concat(member(4, { name: '' })) }),
      3,
      /1 of the others have not started/,
    ],
    [
      'another still learns',
      etcd(4, { members: [1, 2, 3].map((serial) => member(serial)).concat(member(4, { isLearner: true })) }),
      3,
      /cp-4 still learn/,
    ],
    [
      'another does not answer',
      etcd(4, { statuses: new Map([1, 2, 3].map((serial) => well(serial))) }),
      3,
      /cp-4 does not answer/,
    ],
    [
      'another has an alarm',
      etcd(4, { statuses: new Map([well(1), well(2), well(3), well(4, { errors: ['NOSPACE'] })]) }),
      3,
      /cp-4 says: NOSPACE/,
    ],
    [
      'another knows no leader',
      etcd(4, { statuses: new Map([well(1), well(2, { leaderId: '0' }), well(3), well(4)]) }),
      3,
      /cp-2 knows no leader/,
    ],
  ])('stays: %s', (_, look, wanted, reason) => {
    expect(whyNotRemove(look, look.members.slice(0, 1), wanted)).toMatch(reason);
  });
});
