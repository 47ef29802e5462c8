import { describe, expect, it } from 'vitest';
import { type ClusterSpecInput, clusterSpecSchema, parseInput } from '../../../model/index.ts';

const MINIMAL = { name: 'atlas', cloud: 'sandbox' };

function parse(input: unknown) {
  const parsed = parseInput(clusterSpecSchema, input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.value;
}

describe('a specification', () => {
  it('needs a name and a cloud only', () => {
    expect(parse(MINIMAL)).toMatchObject({
      kubernetes: { version: '1.36.3', podCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/16', encryptionAtRest: true },
      network: { cidr: '10.6.0.0/16' },
      api: { public: true, allowedCidrs: [] },
      controlPlane: { count: 3, flavor: 'm1.medium', serverGroupPolicy: 'soft-anti-affinity' },
      nodeGroups: [{ name: 'workers', count: 3, labels: {}, taints: [] }],
    });
  });

  it.each([
    ['none without a cloud controller', {}, {}, 'none'],
    ['external with one', {}, { cloudController: {} }, 'external'],
    ['external where you install one', { cloudProvider: 'external' }, {}, 'external'],
    ['external where both say so', { cloudProvider: 'external' }, { cloudController: {} }, 'external'],
  ])('has the cloud provider %s', (_title, kubernetes, addons, expected) => {
    expect(parse({ ...MINIMAL, kubernetes, addons }).kubernetes.cloudProvider).toBe(expected);
  });

  it('stays the same when it is parsed again, so the defaults may be applied twice', () => {
    const once = parse(MINIMAL);
    expect(parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it('never shares a default between two specifications', () => {
    const [one, other] = [parse(MINIMAL), parse(MINIMAL)];
    expect(one.nodeGroups).not.toBe(other.nodeGroups);
    expect(one.kubernetes.apiServer).not.toBe(other.kubernetes.apiServer);
  });

  const fits: [string, Partial<ClusterSpecInput>][] = [
    ['the longest name', { name: 'a'.repeat(28) }],
    ['a name of one letter', { name: 'a' }],
    ['no node groups', { nodeGroups: [] }],
    ['an empty node group', { nodeGroups: [{ name: 'spot', count: 0 }] }],
    ['twenty node groups', { nodeGroups: Array.from({ length: 20 }, (_, i) => ({ name: `g${i}`, count: 1 })) }],
    [
      'labels with and without a prefix',
      { nodeGroups: [{ name: 'a', labels: { team: 'blue', 'example.org/a': '' } }] },
    ],
    ['a label that only looks reserved', { nodeGroups: [{ name: 'a', labels: { 'mykubernetes.io/a': 'b' } }] }],
    [
      'a subnet of one’s own that is small',
      { network: { cidr: '10.6.0.0/30', networkId: uuid(1), subnetId: uuid(2) } },
    ],
    [
      'ranges that touch but do not overlap',
      { kubernetes: { podCidr: '10.7.0.0/16' }, network: { cidr: '10.6.0.0/16' } },
    ],
    ['an id without hyphens, in capitals', { network: { routerId: uuid(3).replaceAll('-', '').toUpperCase() } }],
    ['the smallest range that holds the machines', { network: { cidr: '10.6.0.0/28' } }],
  ];
  it.each(fits)('may have %s', (_title, fields) => {
    expect(() => parse({ ...MINIMAL, ...fields })).not.toThrow();
  });

  it('takes __proto__ as an unknown field, not as a prototype', () => {
    const parsed = parseInput(clusterSpecSchema, JSON.parse('{"name":"a","cloud":"b","__proto__":{"kubernetes":{}}}'));
    expect(parsed.ok ? parsed.value.kubernetes.version : parsed.issues[0]?.reason).toMatch(/unknown field|1\.36\.3/);
    expect(Object.getPrototypeOf(parsed.ok ? parsed.value : {})).toBe(Object.prototype);
  });
});

function uuid(n: number): string {
  return `0b0f6a2e-6a3f-4b53-9a0b-2f5f3f1f7c1${n}`;
}
