import { createPrivateKey, X509Certificate } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { controlPlaneUserData, nodeUserData, UserDataError } from '../../../activities/bootstrap/user-data.ts';
import { removeSecrets } from '../../../activities/secrets/delete-secrets.ts';
import { makeSecrets } from '../../../activities/secrets/ensure-secrets.ts';
import { readJoinTokens } from '../../../activities/secrets/key-material.ts';
import { clusterSpecSchema, vaultPaths, type ClusterSpec, type ClusterSpecInput } from '../../../model/index.ts';
import { VaultClient } from '../../../vault/index.ts';
import { startFaultProxy, type FaultProxy } from '../../support/fault-proxy.ts';
import { startTestVault, type TestVault } from '../../support/vault-server.ts';

let server: TestVault;
let proxy: FaultProxy;
let vault: VaultClient;
const id = 'atlas-abc123';
const signal = new AbortController().signal;

beforeAll(async () => {
  server = await startTestVault();
  proxy = await startFaultProxy(server.address);
  vault = new VaultClient({ address: proxy.address, token: () => Promise.resolve(server.token) });
});
afterEach(async () => {
  await removeSecrets(vault, signal, id);
});
afterAll(async () => {
  await vault.close();
  await proxy.close();
  await server.stop();
});

async function cluster(input: Partial<ClusterSpecInput> = {}): Promise<{ spec: ClusterSpec; caCertHash: string }> {
  const spec = clusterSpecSchema.parse({ name: 'atlas', cloud: 'berlin', ...input });
  return { spec, ...(await makeSecrets(vault, signal, id, spec)) };
}

const controlPlane = (spec: ClusterSpec, index: number, ttl?: number) =>
  controlPlaneUserData(vault, signal, {
    id,
    spec,
    serial: index,
    kind: index === 0 ? 'init' : 'join',
    vip: '10.6.0.5',
    floatingIp: '203.0.113.7',
    address: `10.6.0.1${index}`,
    generation: '0123456789',
    vaultAddress: `${server.address}/`,
    ...(ttl === undefined ? {} : { wrapTtlSeconds: ttl }),
  });

const cloudConfigSchema = z.strictObject({
  write_files: z.array(
    z.strictObject({
      path: z.string().startsWith('/'),
      owner: z.literal('root:root'),
      permissions: z.string().regex(/^0[0-7]{3}$/),
      encoding: z.literal('gz+b64').optional(),
      content: z.string(),
    }),
  ),
  runcmd: z.tuple([z.tuple([z.literal('/usr/local/bin/slipway-bootstrap')])]),
});

/** User-data as cloud-init reads it: the files, decoded. */
function files(userData: string): Map<string, { content: string; permissions: string }> {
  expect(userData.split('\n', 1)[0]).toBe('#cloud-config');
  const config = cloudConfigSchema.parse(parse(userData));
  return new Map(
    config.write_files.map(({ path, permissions, encoding, content }) => [
      path,
      {
        permissions,
        content: encoding === undefined ? content : gunzipSync(Buffer.from(content, 'base64')).toString(),
      },
    ]),
  );
}

const ticketSchema = z.strictObject({
  vault: z.string(),
  token: z.string(),
  creationPath: z.string(),
  namespace: z.string().optional(),
  caCert: z.string().optional(),
});
const ticketOf = (userData: string) =>
  ticketSchema.parse(JSON.parse(files(userData).get('/run/bootstrap/wrapped-files.json')?.content ?? ''));

const bundleSchema = z.looseObject({
  data: z.looseObject({
    files: z.array(z.strictObject({ path: z.string(), permissions: z.string(), content: z.string() })),
  }),
});
/** What a machine gets for its token. */
async function unwrapped(userData: string): Promise<Map<string, { content: string; permissions: string }>> {
  const { data } = await vault.wrapping.unwrap(ticketOf(userData).token, bundleSchema);
  return new Map(data.files.map(({ path, ...file }) => [path, file]));
}

const PKI = '/etc/kubernetes/pki';

describe('a control plane’s user-data', () => {
  it('holds the script and a token for the files, and nothing else', async () => {
    const { spec } = await cluster();
    const text = await controlPlane(spec, 0);
    const found = files(text);
    expect([...found.keys()]).toEqual(['/run/bootstrap/wrapped-files.json', '/usr/local/bin/slipway-bootstrap']);
    expect(found.get('/run/bootstrap/wrapped-files.json')?.permissions).toBe('0600');
    expect(found.get('/usr/local/bin/slipway-bootstrap')).toMatchObject({ permissions: '0755' });
    expect(found.get('/usr/local/bin/slipway-bootstrap')?.content).toMatch(/^#!\/usr\/bin\/env python3\n/);
    const ticket = ticketOf(text);
    expect(ticket).toMatchObject({
      vault: server.address,
      creationPath: `slipway/data/${vaultPaths(id).controlPlane(0)}`,
    });
    await expect(vault.wrapping.lookup(ticket.token)).resolves.toEqual({
      creationPath: ticket.creationPath,
      ttlSeconds: 1800,
    });
  });

  it('gives the files once', async () => {
    const { spec } = await cluster();
    const text = await controlPlane(spec, 0, 60);
    await unwrapped(text);
    await expect(unwrapped(text)).rejects.toMatchObject({ kind: 'invalid', status: 400 });
    await expect(vault.wrapping.lookup(ticketOf(text).token)).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('needs as many calls to Vault as it says', async () => {
    const { spec } = await cluster();
    for (const [index, calls] of [10, 11].entries()) {
      proxy.requests.length = 0;
      await controlPlane(spec, index);
      expect(proxy.requests).toHaveLength(calls);
    }
  });

  it('tells machines the authority and namespace of Vault', async () => {
    const { spec } = await cluster();
    const other = new VaultClient({
      address: server.address,
      token: () => Promise.resolve(server.token),
      caCert: new X509Certificate((await vault.pki.caCertificate(vaultPaths(id).pki.etcd)) ?? '').toString(),
      namespace: 'root',
    });
    try {
      const text = await controlPlaneUserData(other, signal, {
        id,
        spec,
        serial: 0,
        kind: 'init',
        vip: '10.6.0.5',
        address: '10.6.0.10',
        vaultAddress: 'https://vault.example.org',
        generation: '0123456789',
      });
      expect(ticketOf(text)).toMatchObject({
        vault: 'https://vault.example.org',
        namespace: 'root',
        caCert: other.caCert,
      });
    } finally {
      await other.close();
    }
  });
});

describe('a control plane’s files', () => {
  it('are all that kubeadm needs, with keys for root only', async () => {
    const auditPolicy = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{ level: Metadata }]\n';
    const oidc = [{ issuer: { url: 'https://sso.example.org', audiences: ['kubernetes'] } }];
    const { spec } = await cluster({ kubernetes: { auditPolicy, authentication: { oidc } } });
    const found = await unwrapped(await controlPlane(spec, 0));
    const names = [
      ...['ca', 'sa', 'etcd/server', 'etcd/peer', 'etcd/healthcheck-client'],
      ...['apiserver-etcd-client', 'front-proxy-client'],
    ].map((name) => `${PKI}/${name}.key`);
    const publicNames = [
      ...['ca', 'etcd/ca', 'front-proxy-ca'],
      ...['etcd/server', 'etcd/peer', 'etcd/healthcheck-client', 'apiserver-etcd-client', 'front-proxy-client'],
    ].map((name) => `${PKI}/${name}.crt`);
    const secret = [
      ...names,
      '/etc/kubernetes/encryption-at-rest.yaml',
      '/etc/kubernetes/audit-policy.yaml',
      '/etc/kubernetes/authentication.yaml',
      '/run/kubeadm/kubeadm.yaml',
    ];
    expect([...found.keys()].sort()).toEqual([...secret, ...publicNames, `${PKI}/sa.pub`].sort());
    for (const path of secret) expect(found.get(path)?.permissions, path).toBe('0600');
    expect(found.get('/etc/kubernetes/audit-policy.yaml')?.content).toBe(auditPolicy);
    expect(found.get('/etc/kubernetes/authentication.yaml')?.content).toContain(oidc[0]?.issuer.url);
  });

  it('have certificates as kubeadm makes them', async () => {
    const { spec } = await cluster();
    const found = await unwrapped(await controlPlane(spec, 1));
    const content = (name: string) => found.get(`${PKI}/${name}`)?.content ?? '';
    const [server, client] = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];
    const serving = [
      'DNS:atlas-abc123-cp-1',
      'DNS:localhost',
      'IP Address:10.6.0.11',
      'IP Address:127.0.0.1',
      'IP Address:0:0:0:0:0:0:0:1',
    ];
    for (const { name, ca, subject, usages, sans } of [
      { name: 'etcd/server', ca: 'etcd/ca', subject: 'atlas-abc123-cp-1', usages: [server, client], sans: serving },
      { name: 'etcd/peer', ca: 'etcd/ca', subject: 'atlas-abc123-cp-1', usages: [server, client], sans: serving },
      {
        name: 'etcd/healthcheck-client',
        ca: 'etcd/ca',
        subject: 'kube-etcd-healthcheck-client',
        usages: [client],
        sans: [],
      },
      {
        name: 'apiserver-etcd-client',
        ca: 'etcd/ca',
        subject: 'kube-apiserver-etcd-client',
        usages: [client],
        sans: [],
      },
      { name: 'front-proxy-client', ca: 'front-proxy-ca', subject: 'front-proxy-client', usages: [client], sans: [] },
    ]) {
      const certificate = new X509Certificate(content(`${name}.crt`));
      const authority = new X509Certificate(content(`${ca}.crt`));
      expect(authority.ca, name).toBe(true);
      expect(certificate.ca, name).toBe(false);
      expect(certificate.checkIssued(authority) && certificate.verify(authority.publicKey), name).toBe(true);
      expect(certificate.checkPrivateKey(createPrivateKey(content(`${name}.key`))), name).toBe(true);
      expect(certificate.subject, name).toBe(`CN=${subject}`);
      expect(certificate.keyUsage, name).toEqual(usages);
      expect(certificate.subjectAltName?.split(', ').sort() ?? [], name).toEqual([...sans].sort());
      expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve, name).toBe('prime256v1');
      // For machines whose clock is behind.
      expect(Date.parse(certificate.validFrom), name).toBeLessThan(Date.now() - 240_000);
    }
    const ca = new X509Certificate(content('ca.crt'));
    expect(ca.checkPrivateKey(createPrivateKey(content('ca.key')))).toBe(true);
  });

  it('encrypt Secrets with the cluster’s key', async () => {
    const { spec } = await cluster();
    const found = await unwrapped(await controlPlane(spec, 0));
    const { key } = await vault.kv.read(vaultPaths(id).encryptionKey, z.looseObject({ key: z.string() }));
    expect(parse(found.get('/etc/kubernetes/encryption-at-rest.yaml')?.content ?? '')).toEqual({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'EncryptionConfiguration',
      resources: [
        {
          resources: ['secrets'],
          providers: [{ secretbox: { keys: [{ name: 'key1', secret: key }] } }, { identity: {} }],
        },
      ],
    });
  });

  it('let the first make the cluster and the others join it', async () => {
    const { spec, caCertHash } = await cluster();
    const kinds = async (index: number) => {
      const found = await unwrapped(await controlPlane(spec, index));
      return parseAllDocuments(found.get('/run/kubeadm/kubeadm.yaml')?.content ?? '').map((document) =>
        z.looseObject({ kind: z.string() }).parse(document.toJS()),
      );
    };
    expect((await kinds(0)).map(({ kind }) => kind)).toEqual([
      'InitConfiguration',
      'ClusterConfiguration',
      'KubeletConfiguration',
    ]);
    const token = (await readJoinTokens(vault, signal, id, ['control-plane']))['control-plane'];
    expect(await kinds(2)).toMatchObject([
      {
        kind: 'JoinConfiguration',
        discovery: { bootstrapToken: { token, caCertHashes: [caCertHash], apiServerEndpoint: '10.6.0.5:6443' } },
      },
    ]);
  });
});

describe('a node group’s user-data', () => {
  const node = (spec: ClusterSpec, caCertHash: string, group = 'workers') =>
    nodeUserData(vault, signal, { id, spec, group, vip: '10.6.0.5', caCertHash, generation: '0123456789' });

  it('is the same for all machines and holds only the group’s join token', async () => {
    const { spec, caCertHash } = await cluster();
    const text = await node(spec, caCertHash);
    await expect(node(spec, caCertHash)).resolves.toBe(text);
    const found = files(text);
    expect([...found.keys()]).toEqual(['/run/kubeadm/kubeadm.yaml', '/usr/local/bin/slipway-bootstrap']);
    const { workers } = await readJoinTokens(vault, signal, id, ['workers']);
    expect(parse(found.get('/run/kubeadm/kubeadm.yaml')?.content ?? '')).toMatchObject({
      kind: 'JoinConfiguration',
      discovery: { bootstrapToken: { token: workers, caCertHashes: [caCertHash] } },
    });
    expect(text.match(/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g)).toEqual([workers]);
  });

  it('fits into what Nova takes with as many and as long labels and taints as the schema allows', async () => {
    const prefix = Array.from({ length: 4 }, (_, index) => 'd'.repeat(index < 3 ? 63 : 61)).join('.');
    const key = (index: number) => `${prefix}/${'k'.repeat(61)}${index + 10}`;
    const { spec, caCertHash } = await cluster({
      nodeGroups: [
        {
          name: 'workers',
          labels: Object.fromEntries(Array.from({ length: 50 }, (_, index) => [key(index), 'v'.repeat(63)])),
          taints: Array.from({ length: 20 }, (_, index) => ({
            key: key(index),
            value: 'v'.repeat(63),
            effect: 'PreferNoSchedule' as const,
          })),
        },
      ],
    });
    await expect(node(spec, caCertHash)).resolves.toContain(key(49));
  });

  it('that is too long for Nova is refused with its size', async () => {
    const labels = Object.fromEntries(Array.from({ length: 900 }, (_, index) => [`label-${index}`, 'x'.repeat(50)]));
    const { spec, caCertHash } = await cluster();
    const nodeGroups = spec.nodeGroups.map((group) => ({ ...group, labels }));
    const failure = node({ ...spec, nodeGroups }, caCertHash);
    await expect(failure).rejects.toBeInstanceOf(UserDataError);
    await expect(failure).rejects.toThrow(
      /node group workers of atlas-abc123 has \d{5,} characters in base64, Nova takes 65535/,
    );
  });

  it('of an unknown group is an error', async () => {
    const { spec, caCertHash } = await cluster();
    await expect(node(spec, caCertHash, 'nobody')).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('no user-data', () => {
  it('holds a secret of the cluster, and all of them are small', async () => {
    const { spec, caCertHash } = await cluster();
    const all = [
      await controlPlane(spec, 0),
      await controlPlane(spec, 1),
      await nodeUserData(vault, signal, {
        id,
        spec,
        group: 'workers',
        vip: '10.6.0.5',
        caCertHash,
        generation: '0123456789',
      }),
    ];
    const paths = await vault.kv.listTree(vaultPaths(id).root);
    const secrets = (await Promise.all(paths.map((path) => vault.kv.read(path, z.unknown())))).flatMap(texts);
    const joinToken = (await readJoinTokens(vault, signal, id, ['workers']))['workers'] ?? '';
    expect(secrets.length).toBeGreaterThan(20);
    for (const text of all) {
      const everything = [text, ...[...files(text).values()].map(({ content }) => content)].join('\n');
      for (const secret of secrets.filter((one) => one !== joinToken)) expect(everything).not.toContain(secret);
      expect(everything).not.toMatch(/PRIVATE KEY|client-key-data|password/i);
      expect(everything).not.toContain(server.token);
      expect(Buffer.from(text).toString('base64').length).toBeLessThan(12_000);
    }
  });
});

/** Every text of a secret that is worth hiding, at any depth. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return value.length >= 16 && !value.startsWith('/') ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}
