import { describe, expect, it } from 'vitest';
import { type ClusterSpecInput, clusterSpecSchema, planCluster } from '../../../model/index.ts';

const ID = 'atlas-aaaaaa';
const UUIDS = { networkId: '0b0f6a2e-6a3f-4b53-9a0b-2f5f3f1f7c11', subnetId: '5d1f1d1c-8f0e-4f7a-9a55-6f4f3c0b7e22' };

function plan(fields: Partial<ClusterSpecInput> = {}) {
  return planCluster(clusterSpecSchema.parse({ name: 'atlas', cloud: 'sandbox', ...fields }), ID);
}

function count(fields: Partial<ClusterSpecInput>, type: string): number {
  return plan(fields)
    .filter((resource) => resource.type === type)
    .reduce((sum, resource) => sum + resource.count, 0);
}

describe('a plan', () => {
  it('holds everything of the smallest specification', () => {
    const types = new Set(plan().map(({ type }) => type));
    expect([...types].sort()).toEqual([
      'floating IP',
      'load balancer',
      'network',
      'pki',
      'port',
      'router',
      'router interface',
      'secret',
      'security group',
      'server',
      'server group',
      'subnet',
    ]);
    expect(count({}, 'server')).toBe(6);
    expect(count({}, 'pki')).toBe(3);
  });

  it.each<[string, Partial<ClusterSpecInput>, string, number]>([
    ['a single control plane', { controlPlane: { count: 1 } }, 'server', 4],
    ['ports for the control plane and the API', { controlPlane: { count: 5 } }, 'port', 6],
    ['no workers', { nodeGroups: [] }, 'server', 3],
    ['an empty group', { nodeGroups: [{ name: 'spot', count: 0 }] }, 'server', 3],
    ['a server group for an empty group', { nodeGroups: [{ name: 'spot', count: 0 }] }, 'server group', 2],
    [
      'two groups',
      {
        nodeGroups: [
          { name: 'a', count: 1 },
          { name: 'b', count: 2 },
        ],
      },
      'server',
      6,
    ],
    ['volumes of the control plane', { controlPlane: { rootVolume: { sizeGiB: 20 } } }, 'volume', 3],
    ['volumes of a group', { nodeGroups: [{ name: 'a', count: 7, rootVolume: { sizeGiB: 20 } }] }, 'volume', 7],
    ['no volumes', {}, 'volume', 0],
    ['one’s own network', { network: UUIDS }, 'network', 0],
    ['one’s own subnet', { network: UUIDS }, 'subnet', 0],
    ['no router in one’s own network', { network: UUIDS }, 'router', 0],
    ['no router interface in one’s own network', { network: UUIDS }, 'router interface', 0],
    ['one’s own router', { network: { routerId: UUIDS.networkId } }, 'router', 0],
    ['an interface on one’s own router', { network: { routerId: UUIDS.networkId } }, 'router interface', 1],
    ['a private API', { api: { public: false } }, 'floating IP', 0],
    ['one’s own floating IP', { api: { floatingIp: '192.0.2.7' } }, 'floating IP', 0],
    ['no encryption at rest', { kubernetes: { encryptionAtRest: false } }, 'secret', 2],
  ])('counts: %s', (_title, fields, type, expected) => expect(count(fields, type)).toBe(expected));

  it('names the first machine as it will be called', () => {
    const servers = plan({
      nodeGroups: [
        { name: 'one', count: 1 },
        { name: 'two', count: 2 },
      ],
    });
    const names = servers.filter(({ type }) => type === 'server').map(({ name }) => name);
    expect(names).toEqual([`${ID}-cp-0 …`, `${ID}-one-b0 …`, `${ID}-two-b0-1 …`]);
  });

  it('shows who the users are and what they may do', () => {
    const oidc = [{ issuer: { url: 'https://sso.example.org', audiences: ['kubernetes'] } }];
    const access = [
      { role: 'cluster-admin', groups: ['oidc:admins'] },
      { role: 'edit', namespace: 'web', groups: ['oidc:web'], users: ['oidc:alice'] },
    ];
    const rows = plan({ kubernetes: { authentication: { oidc } }, access }).filter(
      ({ service }) => service === 'kubernetes',
    );
    expect(rows.map(({ type, name, count: many, detail }) => `${type} ${name} × ${many}: ${detail}`)).toEqual([
      'AuthenticationConfiguration kube-apiserver × 3: users from https://sso.example.org',
      'ClusterRoleBinding slipway:cluster-admin × 1: group oidc:admins',
      'RoleBinding web/slipway:edit × 1: group oidc:web, user oidc:alice',
    ]);
  });

  it('shows the allowed ranges in the number of rules', () => {
    const rules = (fields: Partial<ClusterSpecInput>) =>
      plan(fields).find(({ name }) => name === `${ID}-control-plane` && name.length > 0)?.detail;
    expect(rules({})).toBe('4 ingress rules');
    expect(rules({ api: { allowedCidrs: ['192.0.2.0/24', '198.51.100.0/24'] } })).toBe('5 ingress rules');
  });
});
