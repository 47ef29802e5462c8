import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { deleteSecrets, remainingSecrets, removeSecrets } from '../../../activities/secrets/delete-secrets.ts';
import { ensureSecrets, makeSecrets } from '../../../activities/secrets/ensure-secrets.ts';
import { readJoinTokens } from '../../../activities/secrets/key-material.ts';
import {
  kubeconfigSchema,
  publishKubeconfig,
  writeKubeconfig,
} from '../../../activities/secrets/publish-kubeconfig.ts';
import { clusterSpecSchema, CONTROL_PLANE_GROUP, vaultPaths } from '../../../model/index.ts';
import { VaultClient, VaultError } from '../../../vault/index.ts';
import { startFaultProxy, type FaultProxy } from '../../support/fault-proxy.ts';
import { startTestVault, type TestVault } from '../../support/vault-server.ts';

/*
 * Against a real Vault or OpenBao, with a token that has docs/reference/vault-policy.hcl and nothing else, through a
 * proxy that counts and breaks requests.
 */
let server: TestVault;
let proxy: FaultProxy;
let vault: VaultClient;
const signal = new AbortController().signal;
const spec = clusterSpecSchema.parse({
  name: 'atlas',
  cloud: 'sandbox',
  nodeGroups: [{ name: 'workers' }, { name: 'gpu', count: 1 }],
});
const authoritySchema = z.looseObject({ certificate: z.string(), privateKey: z.string() });
let clusters = 0;
let id = '';

beforeAll(async () => {
  server = await startTestVault();
});
afterAll(async () => {
  await server.stop();
});
beforeEach(async () => {
  id = `atlas-${String(++clusters).padStart(6, '0')}`;
  proxy = await startFaultProxy(server.address);
  vault = new VaultClient({ address: proxy.address, token: () => Promise.resolve(server.token), retryForMs: 0 });
});
afterEach(async () => {
  proxy.decide = () => 'pass';
  await removeSecrets(vault, signal, id);
  await vault.close();
  await proxy.close();
});

/** Everything that must be the same however the secrets came to be. */
async function expectWhole(caCertHash: string): Promise<void> {
  const paths = vaultPaths(id);
  const authority = await vault.kv.read(paths.kubernetesAuthority, authoritySchema);
  const certificate = new X509Certificate(authority.certificate);
  expect(certificate.subject).toBe('CN=kubernetes');
  expect(certificate.ca).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(authority.privateKey))).toBe(true);
  const publicKey = certificate.publicKey.export({ type: 'spki', format: 'der' });
  expect(caCertHash).toBe(`sha256:${createHash('sha256').update(publicKey).digest('hex')}`);
  // The mount signs with the authority that the control planes get.
  await expect(vault.pki.caCertificate(paths.pki.kubernetes)).resolves.toBe(authority.certificate);
  const issued = await vault.pki.issue(paths.pki.kubernetes, 'administrator', { commonName: 'x', ttlSeconds: 60 });
  expect(new X509Certificate(issued.certificate).verify(certificate.publicKey)).toBe(true);
  for (const [mount, name, role] of [
    [paths.pki.etcd, 'etcd-ca', 'server'],
    [paths.pki.etcd, 'etcd-ca', 'client'],
    [paths.pki.frontProxy, 'front-proxy-ca', 'client'],
  ] as const) {
    const leaf = await vault.pki.issue(mount, role, { commonName: 'x', ttlSeconds: 60 });
    const ca = new X509Certificate(leaf.issuingCa);
    expect(ca.subject).toBe(`CN=${name}`);
    expect(new X509Certificate(leaf.certificate).verify(ca.publicKey)).toBe(true);
  }
  expect((await remainingSecrets(vault, signal, id)).map(({ name }) => name).sort()).toEqual(
    [
      ...Object.values(paths.pki),
      paths.kubernetesAuthority,
      paths.serviceAccountKeys,
      paths.encryptionKey,
      ...[CONTROL_PLANE_GROUP, 'workers', 'gpu'].map(paths.joinToken),
    ].sort(),
  );
}

/** Everything secret, to see that a second run changed nothing. */
async function contents(): Promise<unknown> {
  const secrets = await vault.kv.listTree(vaultPaths(id).root);
  const entries = secrets.sort().map(async (path) => [path, await vault.kv.read(path, z.unknown())] as const);
  return await Promise.all(entries);
}

describe('making a cluster’s secrets', () => {
  it('makes authorities for ten years, keys and tokens', async () => {
    const { caCertHash } = await makeSecrets(vault, signal, id, spec);
    await expectWhole(caCertHash);
    const paths = vaultPaths(id);
    const years = 365 * 24 * 3600 * 1000;
    for (const mount of Object.values(paths.pki)) {
      const ca = new X509Certificate((await vault.pki.caCertificate(mount)) ?? '');
      expect(Date.parse(ca.validTo) - Date.now()).toBeGreaterThan(9.99 * years);
      expect(ca.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    }
    const keys = await vault.kv.read(
      paths.serviceAccountKeys,
      z.looseObject({ privateKey: z.string(), publicKey: z.string() }),
    );
    expect(keys.privateKey).toContain('BEGIN EC PRIVATE KEY');
    expect(createPublicKey(keys.privateKey).export({ type: 'spki', format: 'pem' })).toBe(keys.publicKey);
    const { key } = await vault.kv.read(paths.encryptionKey, z.looseObject({ key: z.string() }));
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    const tokens = await readJoinTokens(vault, signal, id, [CONTROL_PLANE_GROUP, 'workers', 'gpu']);
    expect(new Set(Object.values(tokens)).size).toBe(3);
    for (const token of Object.values(tokens)) expect(token).toMatch(/^[a-z0-9]{6}\.[a-z0-9]{16}$/);
  });

  it('needs as many calls as it says: 15 and one for each node group', async () => {
    await makeSecrets(vault, signal, id, spec);
    expect(proxy.requests).toHaveLength(15 + spec.nodeGroups.length);
    proxy.requests.length = 0;
    await makeSecrets(vault, signal, id, spec);
    expect(proxy.requests).toHaveLength(14 + spec.nodeGroups.length);
  });

  it('changes nothing when it runs again', async () => {
    const first = await makeSecrets(vault, signal, id, spec);
    const before = await contents();
    await expect(makeSecrets(vault, signal, id, spec)).resolves.toEqual(first);
    await expect(contents()).resolves.toEqual(before);
  });

  it('agrees with itself when it runs twice at once', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => makeSecrets(vault, signal, id, spec)));
    expect(new Set(runs.map(({ caCertHash }) => caCertHash)).size).toBe(1);
    await expectWhole(runs[0]?.caCertHash ?? '');
  });

  it.each(['before', 'after'] as const)(
    'recovers from a crash at any call, %s its effect',
    async (fault) => {
      const calls = 15 + spec.nodeGroups.length;
      for (let broken = 0; broken < calls; broken++) {
        const start = proxy.requests.length;
        // From this call on nothing gets through any more, as if the worker had been killed.
        proxy.decide = ({ index }) => (index - start < broken ? 'pass' : index - start === broken ? fault : 'before');
        await expect(makeSecrets(vault, signal, id, spec)).rejects.toBeInstanceOf(VaultError);
        proxy.decide = () => 'pass';
        const { caCertHash } = await makeSecrets(vault, signal, id, spec);
        await expectWhole(caCertHash);
        await removeSecrets(vault, signal, id);
      }
    },
    120_000,
  );

  it('leaves out the encryption key when encryption at rest is off', async () => {
    const plain = clusterSpecSchema.parse({ ...spec, kubernetes: { encryptionAtRest: false } });
    await makeSecrets(vault, signal, id, plain);
    await expect(vault.kv.find(vaultPaths(id).encryptionKey, z.unknown())).resolves.toBeUndefined();
  });
});

describe('the kubeconfig', () => {
  const endpoint = 'https://127.64.0.5:6443';

  it('is an administrator’s, for one year, signed by the cluster’s authority', async () => {
    await makeSecrets(vault, signal, id, spec);
    const { kubeconfigPath } = await writeKubeconfig(vault, signal, id, endpoint);
    const secret = await vault.kv.read(kubeconfigPath, kubeconfigSchema);
    const config = z
      .object({
        clusters: z.tuple([
          z.object({
            name: z.literal(id),
            cluster: z.object({
              server: z.literal(endpoint),
              'tls-server-name': z.literal('kubernetes'),
              'certificate-authority-data': z.base64(),
            }),
          }),
        ]),
        users: z.tuple([
          z.object({
            name: z.string(),
            user: z.object({ 'client-certificate-data': z.base64(), 'client-key-data': z.base64() }),
          }),
        ]),
        contexts: z.tuple([
          z.object({ name: z.literal(id), context: z.object({ cluster: z.literal(id), user: z.string() }) }),
        ]),
        'current-context': z.literal(id),
      })
      .parse(parse(secret.kubeconfig));
    const decode = (text: string) => Buffer.from(text, 'base64').toString();
    const [{ user, name }] = config.users;
    expect(config.contexts[0].context.user).toBe(name);
    const certificate = new X509Certificate(decode(user['client-certificate-data']));
    const ca = decode(config.clusters[0].cluster['certificate-authority-data']);
    const authority = await vault.kv.read(vaultPaths(id).kubernetesAuthority, authoritySchema);
    expect(ca).toBe(authority.certificate);
    expect(certificate.verify(new X509Certificate(ca).publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(decode(user['client-key-data'])))).toBe(true);
    expect(certificate.subject.split('\n').sort()).toEqual(['CN=slipway-admin', 'O=kubeadm:cluster-admins']);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']); // clientAuth
    const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(364);
    expect(days).toBeLessThanOrEqual(365);
    expect(secret.notAfter).toBe(new Date(certificate.validTo).toISOString());
  });

  it('stays while it fits and is valid, and is made anew otherwise', async () => {
    await makeSecrets(vault, signal, id, spec);
    const read = async () => (await vault.kv.read(vaultPaths(id).kubeconfig, kubeconfigSchema)).kubeconfig;
    await writeKubeconfig(vault, signal, id, endpoint);
    const first = await read();
    await writeKubeconfig(vault, signal, id, endpoint);
    await expect(read()).resolves.toBe(first);
    await writeKubeconfig(vault, signal, id, 'https://127.64.0.6:6443');
    const moved = await read();
    expect(moved).toContain('https://127.64.0.6:6443');
    const soon = new Date(Date.now() + 29 * 86_400_000).toISOString();
    await vault.kv.write(vaultPaths(id).kubeconfig, { kubeconfig: 'old', endpoint, notAfter: soon });
    await writeKubeconfig(vault, signal, id, endpoint);
    await expect(read()).resolves.not.toBe('old');
  });
});

describe('deletion', () => {
  it('removes everything, says how much, and may run again', async () => {
    await makeSecrets(vault, signal, id, spec);
    await writeKubeconfig(vault, signal, id, 'https://127.64.0.5:6443');
    await vault.kv.write(vaultPaths(id).controlPlane(0), { files: [] });
    const remaining = await remainingSecrets(vault, signal, id);
    await expect(removeSecrets(vault, signal, id)).resolves.toEqual({ removed: remaining.length });
    await expect(remainingSecrets(vault, signal, id)).resolves.toEqual([]);
    await expect(removeSecrets(vault, signal, id)).resolves.toEqual({ removed: 0 });
  });

  it('leaves another cluster alone whose id begins alike', async () => {
    const other = `${id}0`;
    await Promise.all([makeSecrets(vault, signal, id, spec), makeSecrets(vault, signal, other, spec)]);
    await removeSecrets(vault, signal, id);
    const left = await remainingSecrets(vault, signal, other);
    expect(left).toHaveLength(9);
    await removeSecrets(vault, signal, other);
  });
});

describe('the policy', () => {
  it('gives nothing of others', async () => {
    await server.write('clouds/berlin', { cloud: {} });
    await server.write('other', { a: 1 });
    await expect(vault.kv.read('clouds/berlin', z.unknown())).resolves.toEqual({ cloud: {} });
    const refused = [
      () => vault.kv.read('other', z.unknown()),
      () => vault.kv.write('clouds/berlin', {}),
      () => vault.kv.list(''),
      () => vault.pki.enable('pki', 60, 'not ours'),
      () => vault.pki.disable('slipway'),
      () => vault.pki.caCertificate('pki'),
    ];
    await expect(
      vault.capabilities(['slipway/data/clouds/x', 'slipway/data/clusters/x', 'pki/issue/x']),
    ).resolves.toEqual({
      'slipway/data/clouds/x': ['read'],
      'slipway/data/clusters/x': expect.arrayContaining(['create', 'read', 'update']) as unknown,
      'pki/issue/x': ['deny'],
    });
    for (const attempt of refused) await expect(attempt()).rejects.toMatchObject({ kind: 'forbidden' });
  });
});

describe('as activities', () => {
  it('run with the worker’s client and are cancelled with the activity', async () => {
    const environment = new MockActivityEnvironment();
    const made: unknown = await environment.run(ensureSecrets({ vault }), { id, spec });
    expect(made).toEqual(await makeSecrets(vault, signal, id, spec));
    await environment.run(publishKubeconfig({ vault }), { id, endpoint: 'https://127.64.0.5:6443' });
    const removed: unknown = await environment.run(deleteSecrets({ vault }), { id });
    expect(removed).toEqual({ removed: 10 });

    const cancelled = new MockActivityEnvironment();
    proxy.decide = () => {
      cancelled.cancel();
      return 'before';
    };
    await expect(cancelled.run(ensureSecrets({ vault }), { id, spec })).rejects.toBeInstanceOf(CancelledFailure);
  });
});
