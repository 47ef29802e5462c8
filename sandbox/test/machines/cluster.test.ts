import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, VersionApi, type KubeConfig, type V1Node } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloudConfig, joinToken, vip } from './support/cluster-kit.ts';
import { eventually, Rig } from './support/rig.ts';
import { makeAuthority } from './support/pki.ts';

/** Longer than it takes until a machine is missed. */
const NOTICED_MS = 5000;

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.close());

const core = (config: KubeConfig) => config.makeApiClient(CoreV1Api);
const readiness = (node: V1Node | undefined) => node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
const nodeNames = async (config: KubeConfig) =>
  (await core(config).listNode()).items.map((node) => node.metadata?.name);

async function readyNode(config: KubeConfig, name: string): Promise<V1Node> {
  return eventually(`node ${name} is Ready`, async () => {
    const node = await core(config).readNode({ name });
    return readiness(node) === 'True' ? node : undefined;
  });
}

async function allowJoins(config: KubeConfig): Promise<void> {
  await core(config).createNamespacedSecret({ namespace: 'kube-system', body: rig.tokenSecret() });
}

describe('the first control plane', () => {
  it('serves the API at the floating IP with a certificate of the delivered authority', async () => {
    const config = await rig.startCluster();
    const version = await eventually('version', () => config.makeApiClient(VersionApi).getCode());
    expect(version.gitVersion).toBe('v1.36.3');
    expect(version.minor).toBe('36');
    const node = await readyNode(config, 'cp-1');
    expect(node.spec?.providerID).toBe('openstack:///cp-1');
    expect(node.spec?.taints).toEqual([{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }]);
    expect(node.metadata?.labels).toMatchObject({
      'slipway.dev/node-group': 'control-plane',
      'node-role.kubernetes.io/control-plane': '',
    });
    expect(node.status?.nodeInfo?.kubeletVersion).toBe('v1.36.3');
    expect(node.status?.capacity).toMatchObject({ cpu: '2', memory: '4194304Ki' });
    expect(node.status?.addresses).toContainEqual({ type: 'InternalIP', address: '10.0.1.1' });
    const pods = await core(config).listNamespacedPod({ namespace: 'kube-system', labelSelector: 'component=etcd' });
    expect(pods.items.map((pod) => pod.metadata?.name)).toEqual(['etcd-cp-1']);
  });

  it('does not boot with a wrapping token that somebody has used', async () => {
    const userData = rig.wrappedUserData(rig.initYaml());
    rig.cloud.addServer('cp-1', '10.0.1.1', userData);
    await rig.consoleOf('cp-1', /SLIPWAY-BOOT-OK/u);
    rig.cloud.addServer('cp-2', '10.0.1.2', userData);
    const text = await rig.consoleOf('cp-2', /SLIPWAY-BOOT-FAILED/u);
    expect(text).toMatch(/SLIPWAY-BOOT-FAILED: the wrapping token was already used or has expired/u);
    expect(text).not.toContain('hvs.');
  });

  it('does not boot with a token that was made for another path', async () => {
    rig.cloud.addServer(
      'cp-1',
      '10.0.1.1',
      rig.wrappedUserData(rig.initYaml(), rig.files(rig.initYaml()), 'slipway/data/other'),
    );
    await rig.consoleOf('cp-1', /SLIPWAY-BOOT-FAILED: the wrapping token was made for another path/u);
  });

  it.each([
    [
      'without an authority',
      (files: Record<string, string>) => delete files['/etc/kubernetes/pki/ca.key'],
      /ca\.crt and ca\.key were not delivered/u,
    ],
    [
      'with a key of another authority',
      (files: Record<string, string>, other: string) => (files['/etc/kubernetes/pki/ca.key'] = other),
      /its key belongs to another certificate/u,
    ],
    [
      'with broken YAML',
      (files: Record<string, string>) => (files['/run/kubeadm/kubeadm.yaml'] = 'kind: [a'),
      /kubeadm\.yaml is not YAML/u,
    ],
    [
      'with an old kubeadm version',
      (files: Record<string, string>) =>
        (files['/run/kubeadm/kubeadm.yaml'] = 'apiVersion: kubeadm.k8s.io/v1beta2\nkind: InitConfiguration\n'),
      /apiVersion is "kubeadm.k8s.io\/v1beta2"/u,
    ],
    [
      'without kubeadm.yaml',
      (files: Record<string, string>) => delete files['/run/kubeadm/kubeadm.yaml'],
      /kubeadm\.yaml was not delivered/u,
    ],
  ])('does not boot %s', async (_case, spoil, reason) => {
    const files = rig.files(rig.initYaml());
    spoil(files, (await makeAuthority()).key);
    rig.cloud.addServer('cp-1', '10.0.1.1', rig.wrappedUserData('', files));
    const text = await rig.consoleOf('cp-1', /SLIPWAY-BOOT-FAILED/u);
    expect(text).toMatch(reason);
  });
});

describe('joining', () => {
  it('waits for the token, then registers with the labels and taints of its group', async () => {
    const config = await rig.startCluster();
    rig.addWorker('w-1', '10.0.2.1');
    await rig.consoleOf('w-1', /waiting: there is no such bootstrap token/u);
    expect(await nodeNames(config)).toEqual(['cp-1']);
    await allowJoins(config);
    const node = await readyNode(config, 'w-1');
    expect(node.metadata?.labels).toMatchObject({
      'slipway.dev/node-group': 'workers',
      'kubernetes.io/hostname': 'w-1',
    });
    expect(node.spec).toMatchObject({ providerID: 'openstack:///w-1', podCIDR: '10.244.1.0/24' });
    expect(node.spec?.taints).toBeUndefined();
  });

  it('never succeeds with a wrong, expired or revoked token', async () => {
    const config = await rig.startCluster();
    await allowJoins(config);
    await core(config).createNamespacedSecret({
      namespace: 'kube-system',
      body: rig.tokenSecret('bbbbbb.0123456789abcdef', -1),
    });
    rig.addWorker('wrong', '10.0.2.1', { token: 'abcdef.ffffffffffffffff' });
    rig.addWorker('expired', '10.0.2.2', { token: 'bbbbbb.0123456789abcdef' });
    await rig.consoleOf('wrong', /waiting: the token does not match its Secret/u);
    await rig.consoleOf('expired', /waiting: the token has expired/u);
    await core(config).deleteNamespacedSecret({
      namespace: 'kube-system',
      name: `bootstrap-token-${joinToken.slice(0, 6)}`,
    });
    rig.addWorker('revoked', '10.0.2.3');
    await rig.consoleOf('revoked', /waiting: there is no such bootstrap token/u);
    expect(await nodeNames(config)).toEqual(['cp-1']);
  });

  it('goes through the load balancer: none, or one that is not ACTIVE, leads nowhere', async () => {
    const config = await rig.startCluster();
    await allowJoins(config);
    rig.cloud.setBalancer(vip, ['10.0.1.1'], 'PENDING_CREATE');
    await eventually('the floating IP is closed', async () => {
      try {
        await core(config).listNode();
        return undefined;
      } catch {
        return true;
      }
    });
    rig.addWorker('w-1', '10.0.2.1');
    await rig.consoleOf('w-1', new RegExp(`waiting: ${vip}:6443 does not answer`, 'u'));
    rig.cloud.setBalancer(vip, ['10.0.1.1']);
    await readyNode(config, 'w-1');
  });

  it('stays within its network: the load balancer of another one with the same addresses is not reached', async () => {
    const config = await rig.startCluster();
    await allowJoins(config);
    rig.cloud.addServer('stranger', '10.0.2.1', rig.workerUserData(), 'other network');
    await rig.consoleOf('stranger', new RegExp(`waiting: ${vip}:6443 does not answer`, 'u'));
  });

  it('fails at once when the authority of the cluster is not the pinned one', async () => {
    const config = await rig.startCluster();
    await allowJoins(config);
    rig.addWorker('w-1', '10.0.2.1', { hash: `sha256:${'0'.repeat(64)}` });
    await rig.consoleOf('w-1', /SLIPWAY-BOOT-FAILED: the CA of the cluster at .* is not among caCertHashes/u);
  });

  it('gives further control planes the same objects, which outlive the first one', async () => {
    const config = await rig.startCluster();
    await allowJoins(config);
    rig.cloud.addServer('cp-2', '10.0.1.2', rig.wrappedUserData(rig.joinYaml({ controlPlane: true })));
    await rig.consoleOf('cp-2', /SLIPWAY-BOOT-OK/u);
    rig.cloud.setBalancer(vip, ['10.0.1.1', '10.0.1.2']);
    await core(config).createNamespacedConfigMap({
      namespace: 'default',
      body: { metadata: { name: 'kept' }, data: { a: 'b' } },
    });
    rig.cloud.deleteServer('cp-1');
    await eventually('cp-1 is gone', () =>
      Promise.resolve(rig.driver.console('cp-1') === undefined ? true : undefined),
    );
    const kept = await eventually('the API answers', () =>
      core(config).readNamespacedConfigMap({ namespace: 'default', name: 'kept' }),
    );
    expect(kept.data).toEqual({ a: 'b' });
    expect((await nodeNames(config)).sort()).toEqual(['cp-1', 'cp-2']);
    rig.cloud.deleteServer('cp-2');
    await eventually('nothing answers', async () =>
      core(config)
        .listNode()
        .then(
          () => undefined,
          () => true,
        ),
    );
  });

  it('lets a control plane join only with the certificates of all authorities', async () => {
    const config = await rig.startCluster();
    await allowJoins(config);
    const yaml = rig.joinYaml({ controlPlane: true });
    const files = rig.files(yaml);
    delete files['/etc/kubernetes/pki/etcd/ca.crt'];
    rig.cloud.addServer('cp-2', '10.0.1.2', rig.wrappedUserData(yaml, files));
    await rig.consoleOf('cp-2', /SLIPWAY-BOOT-FAILED: failure loading certificate: .*etcd\/ca\.crt/u);
  });
});

describe('machines', () => {
  it('that are deleted leave a node which is no longer Ready', async () => {
    const config = await rig.startCluster();
    await allowJoins(config);
    rig.addWorker('w-1', '10.0.2.1');
    await readyNode(config, 'w-1');
    rig.cloud.deleteServer('w-1');
    await eventually('w-1 is Unknown', async () =>
      readiness(await core(config).readNode({ name: 'w-1' })) === 'Unknown' ? true : undefined,
    );
  });

  it('that are deleted take nothing from the next machine with their name', async () => {
    const config = await rig.startCluster();
    await allowJoins(config);
    rig.addWorker('w-1', '10.0.2.1');
    await readyNode(config, 'w-1');
    rig.cloud.deleteServer('w-1');
    await core(config).deleteNode({ name: 'w-1' });
    rig.cloud.addServer('w-2', '10.0.2.2', rig.workerUserData({}), 'same', 'w-1');
    await readyNode(config, 'w-1');
    await sleep(NOTICED_MS);
    expect(readiness(await core(config).readNode({ name: 'w-1' }))).toBe('True');
  });

  it('without Kubernetes in their user-data just boot', async () => {
    rig.cloud.addServer('plain', '10.0.3.1', '#!/bin/sh\necho hello\n');
    rig.cloud.addServer('config', '10.0.3.2', cloudConfig({ '/etc/motd': 'hello' }));
    for (const id of ['plain', 'config']) expect(await rig.consoleOf(id, /login:/u)).not.toMatch(/SLIPWAY-BOOT/u);
  });
});

describe('access', () => {
  it('is for administrators of the cluster only', async () => {
    const admin = await rig.startCluster();
    await readyNode(admin, 'cp-1');
    const masters = await rig.kubeConfig('root', 'system:masters');
    expect((await core(masters).listNode()).items).toHaveLength(1);
    const nobody = await rig.kubeConfig('bob', 'developers');
    await expect(core(nobody).listNode()).rejects.toMatchObject({ code: 403 });
    expect((await nobody.makeApiClient(VersionApi).getCode()).gitVersion).toBe('v1.36.3');
    const foreign = await rig.kubeConfig('admin', 'system:masters', await makeAuthority());
    await expect(core(foreign).listNode()).rejects.toMatchObject({ code: 401 });
  });
});
