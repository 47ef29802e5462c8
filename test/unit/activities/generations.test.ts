import type { V1Node } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { generationOfGroup, generationOfServer, generationsOf } from '../../../activities/machines/generations.ts';
import { userDataTemplate } from '../../../activities/bootstrap/index.ts';
import { clusterSpecSchema, type ClusterSpecInput } from '../../../model/index.ts';

type Group = NonNullable<ClusterSpecInput['nodeGroups']>[number];
const facts = {
  imageIds: { workers: 'image-1', 'control-plane': 'image-1' },
  flavorIds: { workers: 'flavor-1', 'control-plane': 'flavor-2' },
};
const input = { name: 'atlas', cloud: 'berlin', sshKey: 'key' } satisfies ClusterSpecInput;

/** Of the workers, and of the control plane. */
const generations = (spec: Partial<ClusterSpecInput> = {}, workers: Partial<Group> = {}, found = facts): string[] => {
  const parsed = clusterSpecSchema.parse({ ...input, nodeGroups: [{ name: 'workers', ...workers }], ...spec });
  return ['workers', 'control-plane'].map((group) => generationOfGroup(parsed, group, found));
};
const [workers, controlPlane] = generations();

describe('the generation of a machine group', () => {
  it('is the same again, and ten hexadecimal digits', () => {
    expect(generations()).toEqual([workers, controlPlane]);
    for (const one of [workers, controlPlane]) expect(one).toMatch(/^[0-9a-f]{10}$/);
    expect(workers).not.toBe(controlPlane);
  });

  it('is not that of another group, which has other labels from the start', () => {
    const nodeGroups = [{ name: 'workers' }, { name: 'others' }];
    const spec = clusterSpecSchema.parse({ ...input, nodeGroups });
    const found = { imageIds: { workers: 'i', others: 'i' }, flavorIds: { workers: 'f', others: 'f' } };
    expect(generationOfGroup(spec, 'workers', found)).not.toBe(generationOfGroup(spec, 'others', found));
  });

  it.each<[string, Partial<Group>]>([
    ['labels', { labels: { zone: 'x' } }],
    ['taints', { taints: [{ key: 'gpu', effect: 'NoSchedule' }] }],
    ['count', { count: 7 }],
    ['limits', { min: 1, max: 9 }],
    ['security groups', { securityGroups: ['2f0b8a2e-3f1c-4c4e-9d60-0a7a0d1e2f3a'] }],
    ['zone', { availabilityZone: 'nova-2' }],
    ['names of image and flavor', { image: 'another-name', flavor: 'another-name' }],
  ])('does not change with %s of the node group', (_, changes) => {
    expect(generations({}, changes)).toEqual([workers, controlPlane]);
  });

  it.each<[string, Partial<ClusterSpecInput>]>([
    ['name', { name: 'boreas' }],
    ['cloud', { cloud: 'paris' }],
    ['allowed addresses', { api: { allowedCidrs: ['192.0.2.0/24'] } }],
    ['access', { access: [{ role: 'view', groups: ['oidc:all'] }] }],
    ['empty list of issuers', { kubernetes: { authentication: { oidc: [] } } }],
    ['control plane’s count', { controlPlane: { count: 1, availabilityZones: ['a'] } }],
  ])('does not change with the cluster’s %s', (_, changes) => {
    expect(generations(changes)).toEqual([workers, controlPlane]);
  });

  it.each<[string, Partial<ClusterSpecInput>, Partial<Group>, 'workers' | 'control plane' | 'both']>([
    ['the Kubernetes version', { kubernetes: { version: '1.36.2' } }, {}, 'both'],
    ['the key pair', { sshKey: 'another' }, {}, 'both'],
    ['the cloud provider', { kubernetes: { cloudProvider: 'external' } }, {}, 'both'],
    ['the workers’ root volume', {}, { rootVolume: { sizeGiB: 20 } }, 'workers'],
    ['the control plane’s root volume', { controlPlane: { rootVolume: { sizeGiB: 20 } } }, {}, 'control plane'],
    ['encryption at rest', { kubernetes: { encryptionAtRest: false } }, {}, 'control plane'],
    ['where images come from', { kubernetes: { imageRepository: 'registry.example.org/k8s' } }, {}, 'control plane'],
    ['flags', { kubernetes: { apiServer: { extraArgs: { 'max-requests-inflight': '800' } } } }, {}, 'control plane'],
    [
      'issuers of users',
      { kubernetes: { authentication: { oidc: [{ issuer: { url: 'https://sso.example.org', audiences: ['k'] } }] } } },
      {},
      'control plane',
    ],
    ['names', { kubernetes: { apiServer: { extraSans: ['api.example.org'] } } }, {}, 'control plane'],
  ])('changes with %s', (_, spec, group, whose) => {
    const [other, otherControlPlane] = generations(spec, group);
    expect([other === workers, otherControlPlane === controlPlane]).toEqual([
      whose === 'control plane',
      whose === 'workers',
    ]);
  });

  it('changes with the ids of image and flavor', () => {
    const otherImage = { ...facts, imageIds: { ...facts.imageIds, workers: 'image-2' } };
    const otherFlavor = { ...facts, flavorIds: { ...facts.flavorIds, workers: 'flavor-3' } };
    const all = [workers, generations({}, {}, otherImage)[0], generations({}, {}, otherFlavor)[0]];
    expect(new Set(all).size).toBe(3);
    expect(generations({}, {}, otherImage)[1]).toBe(controlPlane);
  });

  it('knows the bootstrap script as it is written, and no token', () => {
    for (const group of ['workers', 'control-plane']) {
      const text = JSON.stringify(userDataTemplate(clusterSpecSchema.parse(input), group));
      expect(text).toContain('#!/usr/bin/env python3');
      expect(text).toContain('"token":""');
    }
  });
});

describe('what servers say of themselves', () => {
  const server = (name: string, generation: string | undefined) => ({
    ...{ name, created: `2026-01-01T00:00:0${name}Z` },
    metadata: generation === undefined ? {} : { 'slipway.generation': generation },
  });
  const node = (name: string, kubeletVersion: string, status = 'True') =>
    ({
      metadata: { name },
      status: { conditions: [{ type: 'Ready', status }], nodeInfo: { kubeletVersion } },
    }) as V1Node;

  it('is empty for those that were made before there were generations', () => {
    expect(generationOfServer(server('1', undefined))).toBe('');
    expect(generationOfServer(server('1', 'a'))).toBe('a');
  });

  it('is counted where the node is Ready, with the version of its kubelet', () => {
    const servers = [server('1', 'a'), server('2', 'b'), server('3', 'b'), server('4', undefined), server('5', 'b')];
    const nodes = [
      ...[node('1', 'v1.36.2'), node('2', 'v1.36.3'), node('3', 'v1.36.3', 'Unknown')],
      ...[node('4', 'v1.36.1'), node('9', 'v1.36.3')],
    ];
    expect(generationsOf(servers, nodes)).toEqual([
      { generation: '', count: 1, kubernetesVersion: '1.36.1' },
      { generation: 'a', count: 1, kubernetesVersion: '1.36.2' },
      { generation: 'b', count: 1, kubernetesVersion: '1.36.3' },
    ]);
  });
});
