import { CoreV1Api, KubeConfig, RbacAuthorizationV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type AccessInput } from '../../cli/input/access-input.ts';
import type { AccessSpec } from '../../model/index.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let house: TestStack;
beforeAll(async () => {
  house = await startTestStack({ workers: 1 });
}, 180_000);
afterAll(() => house.stop());

const ISSUER = { issuer: { url: 'https://sso.example.org', audiences: ['kubernetes'] } };

/** A small cluster with this access, and what a test asks of it. */
async function withAccess(name: string, access: AccessInput['access']) {
  const { clusters } = house.slipway;
  const spec = { name, cloud: 'sandbox', controlPlane: { count: 1 as const } };
  const { id } = await (
    await clusters.create({ ...spec, nodeGroups: [{ name: 'workers', count: 0 }], access })
  ).result();
  const config = new KubeConfig();
  config.loadFromString(await clusters.kubeconfig(name));
  const [core, rbac] = [config.makeApiClient(CoreV1Api), config.makeApiClient(RbacAuthorizationV1Api)];
  /** Every binding of ours: where, of which role, for whom. */
  const bindings = async () => {
    const labelSelector = `slipway.dev/cluster=${id}`;
    const [everywhere, within] = await Promise.all([
      rbac.listClusterRoleBinding({ labelSelector }),
      rbac.listRoleBindingForAllNamespaces({ labelSelector }),
    ]);
    return [...everywhere.items, ...within.items].map(({ metadata, roleRef, subjects }) =>
      [
        `${metadata?.namespace ?? '*'}/${metadata?.name ?? ''} ${roleRef.kind} ${roleRef.name}:`,
        ...(subjects ?? []).map((one) => `${one.kind} ${one.name}`),
      ].join(' '),
    );
  };
  return {
    ...{ id, core, rbac, bindings },
    apply: async (input: AccessInput) => (await clusters.applyAccess({ name, ...input })).result(),
    record: async () => (await clusters.describe(name)).description,
    replaceControlPlane: async () => (await clusters.run('replaceControlPlane', { name })).result(),
    remove: async () => (await clusters.delete(name)).result(),
  };
}

const group = (role: string, ...groups: string[]): AccessSpec[number] => ({ role, groups, users: [] });

describe('access', () => {
  it('comes with a cluster, is changed and taken away, and what others made stays', async () => {
    const first = [
      group('cluster-admin', 'oidc:admins'),
      { role: 'edit', namespace: 'web', groups: ['oidc:web'], users: ['oidc:alice'] },
    ];
    const { id, core, rbac, bindings, apply, record, remove } = await withAccess('atlas', first);
    expect(await bindings()).toEqual([
      '*/slipway:cluster-admin ClusterRole cluster-admin: Group oidc:admins',
      'web/slipway:edit ClusterRole edit: Group oidc:web User oidc:alice',
    ]);
    // The same once more: nothing is done.
    expect(await apply({ access: first })).toMatchObject({ bindings: 2, changed: 0, removed: 0 });

    // Somebody else's, with our label but a name of their own; and one of ours that was tampered with.
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
    const labels = { 'slipway.dev/cluster': id };
    await rbac.createClusterRoleBinding({ body: { metadata: { name: 'theirs', labels }, roleRef, subjects: [] } });
    const { metadata = {}, roleRef: role } = await rbac.readClusterRoleBinding({ name: 'slipway:cluster-admin' });
    const mallory = { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'mallory' };
    await rbac.replaceClusterRoleBinding({
      name: 'slipway:cluster-admin',
      body: { metadata, roleRef: role, subjects: [mallory] },
    });

    const second = [group('cluster-admin', 'oidc:admins'), { ...group('view', 'oidc:web'), namespace: 'default' }];
    expect(await apply({ access: second })).toMatchObject({ bindings: 2, changed: 2, removed: 1 });
    expect((await bindings()).sort()).toEqual([
      '*/slipway:cluster-admin ClusterRole cluster-admin: Group oidc:admins',
      '*/theirs ClusterRole view:',
      'default/slipway:view ClusterRole view: Group oidc:web',
    ]);
    expect((await core.readNamespace({ name: 'web' })).metadata?.name).toBe('web');
    expect((await record()).spec.access).toEqual(second);

    // A binding of the name that is needed, by somebody else: it stays, and the operation says so.
    await rbac.createClusterRoleBinding({ body: { metadata: { name: 'slipway:edit' }, roleRef, subjects: [mallory] } });
    await expect(apply({ access: [group('edit', 'oidc:web')] })).rejects.toThrow(/made by somebody else/);
    expect((await rbac.readClusterRoleBinding({ name: 'slipway:edit' })).subjects).toEqual([mallory]);
    expect((await record()).phase).toBe('UpdateFailed');

    expect(await apply({ access: [] })).toMatchObject({ bindings: 0, changed: 0, removed: 2 });
    expect(await bindings()).toEqual(['*/theirs ClusterRole view:']);
    await remove();
  }, 180_000);

  it('keeps who the users are, and a replaced control plane knows it', async () => {
    const { core, apply, record, replaceControlPlane, remove } = await withAccess('boreas', []);
    /** Names of flags and mounts that a control plane takes from the cluster when it joins. */
    const kept = async () => {
      const { data } = await core.readNamespacedConfigMap({ name: 'kubeadm-config', namespace: 'kube-system' });
      const { apiServer } = parse(data?.['ClusterConfiguration'] ?? '', { version: '1.1' }) as {
        apiServer: { extraArgs: { name: string }[]; extraVolumes: { name: string }[] };
      };
      return [...apiServer.extraArgs, ...apiServer.extraVolumes].map(({ name }) => name);
    };
    const generation = async () => (await record()).observed?.controlPlane.generations.map((one) => one.generation);
    const [first, others] = [await generation(), await kept()];
    expect(others).not.toContain('authentication-config');

    await apply({ access: [], authentication: { oidc: [ISSUER] } });
    expect((await record()).spec.kubernetes.authentication.oidc).toMatchObject([ISSUER]);
    // Bindings alone say nothing of it.
    await apply({ access: [] });
    await replaceControlPlane();
    const second = await generation();
    expect(second).not.toEqual(first);
    expect((await kept()).sort()).toEqual([...others, 'authentication', 'authentication-config'].sort());

    await apply({ access: [], authentication: { oidc: [] } });
    await replaceControlPlane();
    expect(await generation()).toEqual(first);
    expect(await kept()).toEqual(others);
    await remove();
  }, 180_000);
});
