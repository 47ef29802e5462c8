import { expect, it } from 'vitest';
import { createRequestId } from '../../../client/request-ids.ts';
import type { ClusterSpecInput } from '../../../model/index.ts';

const plain: ClusterSpecInput = { name: 'atlas', cloud: 'sandbox' };

it.each<[string, ClusterSpecInput]>([
  ['the order of its fields', { cloud: 'sandbox', name: 'atlas' }],
  ['a default that is written out', { ...plain, controlPlane: { count: 3 }, kubernetes: {} }],
  ['a default in a node group', { ...plain, nodeGroups: [{ name: 'workers', count: 3, labels: {} }] }],
])('a request for a cluster is the same whatever %s', (_, spec) => {
  expect(createRequestId(spec)).toBe(createRequestId(plain));
});

it('a request for another cluster is another one', () => {
  const ids = [
    plain,
    { ...plain, name: 'boreas' },
    { ...plain, controlPlane: { count: 1 } },
    { ...plain, nodeGroups: [] },
    { ...plain, nodeGroups: [{ name: 'workers' }, { name: 'gpu' }] },
  ].map((spec) => createRequestId(spec));
  expect(new Set(ids).size).toBe(ids.length);
  expect(createRequestId(plain, 'mine')).toBe('createCluster/atlas/mine');
});

it('what is left to a default stands for itself, so no release changes this id by changing a default', () => {
  expect(createRequestId(plain)).toBe('createCluster/atlas/2704efb86ae4');
});
