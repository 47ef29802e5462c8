import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  batchMachineNames,
  CLUSTER_ID,
  clusterId,
  clusterNameOf,
  clusterNames,
  controlPlaneName,
  generationTag,
  groupTag,
  operationWorkflowId,
  ownerTag,
  serverGroupName,
  vaultPaths,
} from '../../../model/index.ts';

const LONGEST_ID = clusterId('n'.repeat(28), '00000000-0000-4000-8000-000000000000');
const LONGEST_GROUP = 'g'.repeat(16);

describe('the cluster’s id', () => {
  it('is a function of the name and the digest', () => {
    const digest = '3f2a1b0c9d8e4f7ab6c5d4e3f2a1b044';
    expect(clusterId('atlas', digest)).toBe(clusterId('atlas', digest));
    expect(clusterId('atlas', digest)).toMatch(/^atlas-[a-z2-7]{6}$/);
    expect(clusterId('atlas', digest.toUpperCase())).toBe(clusterId('atlas', digest));
  });

  it.each(['a', 'atlas', 'a-b', 'atlas-k3f7x2', 'n'.repeat(28)])('tells the name %s', (name) => {
    const id = clusterId(name, randomUUID());
    expect(clusterNameOf(id)).toBe(name);
    expect(operationWorkflowId(id)).toBe(`cluster/${name}/${id}`);
  });

  it.each(['atlas', 'Atlas-k3f7x2', '-k3f7x2', 'atlas-k3f9x', 'atlas-k3f9x1', `${'n'.repeat(29)}-k3f7x2`])(
    'is none: %s',
    (text) => {
      expect(text).not.toMatch(CLUSTER_ID);
    },
  );

  it('differs for different digests: none of 5,000 meet but by chance', () => {
    const ids = new Set(Array.from({ length: 5_000 }, () => clusterId('a', randomUUID())));
    // 2^30 ids: 0.01 pairs among 5,000 are expected to meet.
    expect(ids.size).toBeGreaterThanOrEqual(4_998);
  });

  it('uses every letter of its alphabet at every place about equally often', () => {
    const counts = Array.from({ length: 6 }, () => new Map<string, number>());
    const rounds = 6_400;
    for (let i = 0; i < rounds; i++) {
      const suffix = clusterId('a', randomUUID()).slice(2);
      counts.forEach((count, place) => count.set(suffix.charAt(place), (count.get(suffix.charAt(place)) ?? 0) + 1));
    }
    for (const count of counts) {
      expect(count.size).toBe(32);
      // 200 are expected; eight standard deviations are 111.
      for (const times of count.values()) expect(Math.abs(times - rounds / 32)).toBeLessThan(111);
    }
  });
});

describe('names for the longest cluster and group', () => {
  it('fit a Kubernetes node name and a DNS label', () => {
    const machines = [
      ...batchMachineNames(LONGEST_ID, LONGEST_GROUP, 49, 1000).slice(-1),
      ...batchMachineNames(LONGEST_ID, LONGEST_GROUP, 4999, 1),
      controlPlaneName(LONGEST_ID, 4),
    ];
    for (const name of machines) expect(name).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });

  it('fit OpenStack: 255 characters for a name, 60 for a Nova tag without "/" and ","', () => {
    for (const name of [...Object.values(clusterNames(LONGEST_ID)), serverGroupName(LONGEST_ID, LONGEST_GROUP)]) {
      expect(name.length).toBeLessThanOrEqual(255);
    }
    for (const tag of [
      ownerTag(LONGEST_ID),
      groupTag(LONGEST_GROUP),
      groupTag('control-plane'),
      generationTag('0123456789'),
    ]) {
      expect(tag.length).toBeLessThanOrEqual(60);
      expect(tag).not.toMatch(/[/,]/);
    }
  });
});

describe('names of machines', () => {
  it('are as Nova makes them: the plain name for one, numbered from 1 for more', () => {
    expect(batchMachineNames('atlas-aaaaaa', 'workers', 0, 1)).toEqual(['atlas-aaaaaa-workers-b0']);
    expect(batchMachineNames('atlas-aaaaaa', 'workers', 2, 3)).toEqual([
      'atlas-aaaaaa-workers-b2-1',
      'atlas-aaaaaa-workers-b2-2',
      'atlas-aaaaaa-workers-b2-3',
    ]);
    expect(batchMachineNames('atlas-aaaaaa', 'workers', 0, 0)).toEqual([]);
  });

  it('never meet within a cluster', () => {
    const names = ['a', 'a-b0', 'b'].flatMap((group) =>
      [0, 1].flatMap((batch) => [...batchMachineNames('x-aaaaaa', group, batch, 3)]),
    );
    names.push(...[0, 1, 2].map((index) => controlPlaneName('x-aaaaaa', index)));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('paths in Vault', () => {
  it('of two clusters never meet', () => {
    const [a, b] = [vaultPaths('atlas-aaaaaa'), vaultPaths('atlas-bbbbbb')];
    expect(Object.values(a.pki).filter((mount) => Object.values(b.pki).includes(mount))).toEqual([]);
    expect(a.joinToken('workers').startsWith(`${a.root}/`)).toBe(true);
    expect(a.controlPlane(0).startsWith(`${a.root}/`)).toBe(true);
    expect(a.kubeconfig.startsWith(`${b.root}/`)).toBe(false);
  });
});
