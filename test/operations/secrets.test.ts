import { KubeConfig, CoreV1Api } from '@kubernetes/client-node';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vaultPaths } from '../../model/index.ts';
import { exportHistories, type ExportedHistory } from '../support/histories.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

/** What no history, log, search attribute or user-data may hold, whatever its value. */
const PATTERNS = [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, /client-key-data/, /"?private_?key"?\s*[:=]\s*"/i];

/** A value that is long enough to be a secret, at any depth. */
const leaves = (node: unknown): string[] =>
  typeof node === 'string'
    ? [node]
    : typeof node === 'object' && node !== null
      ? Object.values(node).flatMap(leaves)
      : [];

describe.each([{ codec: false }, { codec: true }])('with the payload codec $codec', ({ codec }) => {
  let house: TestStack;
  let userData: { name: string; text: string }[];
  let secrets: Map<string, string>;
  let histories: ExportedHistory[];
  let joinTokensLeft: string[];

  beforeAll(async () => {
    house = await startTestStack({ workers: 1, codec });
    const { slipway, openstack, vault, temporal } = house;
    const creation = await slipway.clusters.create({
      name: 'vesta',
      cloud: 'sandbox',
      controlPlane: { count: 3 },
      nodeGroups: [{ name: 'workers', count: 2 }],
    });
    const { id } = await creation.result();

    // Everything that is secret, from where it is kept; addresses, dates and file names are not.
    secrets = new Map();
    for (const path of await vault.kv.listTree(`clusters/${id}`)) {
      // What a cluster's workflow holds is kept there, too, and is no secret.
      if (path === vaultPaths(id).specification) continue;
      const values = leaves(await vault.kv.read(path, z.unknown()));
      for (const value of values.filter((text) => text.length >= 16 && !/^(https?:|\d{4}-|\/)/.test(text))) {
        secrets.set(`${path} ${secrets.size}`, value);
      }
    }
    const admin = await connectAdmin(house);
    userData = (await admin.compute.servers.list({ all_tenants: true })).map((server) => ({
      name: server.name,
      text: Buffer.from(z.string().parse(server['OS-EXT-SRV-ATTR:user_data']), 'base64').toString('utf8'),
    }));
    await admin.close();
    joinTokensLeft = await joinTokens(await slipway.clusters.kubeconfig('vesta'));
    const deletion = await slipway.clusters.delete('vesta');
    expect((await deletion.result()).left).toEqual([]);
    expect(await openstack.compute.servers.list()).toEqual([]);
    histories = await exportHistories(temporal.client, temporal.dataConverter);
  }, 120_000);
  afterAll(() => house.stop());

  it('sees every kind of run, so that what it scans is all there is', () => {
    expect(new Set(histories.map(({ type }) => type))).toEqual(new Set(['createCluster', 'deleteCluster', 'cluster']));
    expect(histories.every(({ decoded }) => decoded.includes('vesta'))).toBe(true);
    expect(histories.some(({ undecoded }) => undecoded.includes('binary/encrypted'))).toBe(codec);
    expect(secrets.size).toBeGreaterThan(8);
    expect(userData).toHaveLength(5);
  });

  it('keeps secrets out of histories, undecoded and decoded', () => {
    for (const { workflowId, undecoded, decoded } of histories) {
      expectNoSecret(`${workflowId}, undecoded`, undecoded);
      expectNoSecret(`${workflowId}, decoded`, decoded);
    }
  });

  it('keeps secrets out of logs', async () => {
    const logs = await house.logs();
    expect(logs.length).toBeGreaterThan(100);
    expectNoSecret('the logs', logs);
  });

  it('leaves only a used wrapping token in the user-data of a control plane', async () => {
    const controlPlanes = userData.filter(({ name }) => name.includes('-cp-'));
    expect(controlPlanes).toHaveLength(3);
    for (const { name, text } of controlPlanes) {
      expectNoSecret(name, text);
      const token = /"token":"([^"]+)"/.exec(text)?.[1];
      expect(token, `${name} has a wrapping token`).toBeTruthy();
      expect((await unwrap(house, token ?? '')).status, `the token of ${name} works no more`).toBe(400);
    }
  });

  it('leaves only a revoked join token in the user-data of a node', () => {
    expect(joinTokensLeft).toEqual([]);
    const joinTokenPaths = [...secrets].filter(([path]) => path.includes('/join/')).map(([, token]) => token);
    for (const { name, text } of userData.filter((one) => !one.name.includes('-cp-'))) {
      const scanned = joinTokenPaths.reduce((rest, token) => rest.replaceAll(token, ''), text);
      expect(scanned, 'the join token of its group is there').not.toBe(text);
      expectNoSecret(name, scanned);
    }
  });

  function expectNoSecret(where: string, text: string): void {
    for (const pattern of PATTERNS) expect(pattern.test(text), `${where} matches ${String(pattern)}`).toBe(false);
    for (const [path, secret] of secrets) {
      const encoded = Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -2);
      expect(text.includes(secret), `${where} holds the secret at ${path}`).toBe(false);
      expect(text.includes(encoded), `${where} holds the secret at ${path}, in base64`).toBe(false);
    }
  }
});

async function connectAdmin({ stack }: TestStack) {
  const { connect } = await import('openstack-client-ts');
  return connect({ cloud: 'sandbox-admin', cloudsFile: stack.endpoints.cloudsFile, env: {} });
}

/** Names of the bootstrap tokens that the cluster still takes. */
async function joinTokens(kubeconfig: string): Promise<string[]> {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const { items } = await config.makeApiClient(CoreV1Api).listNamespacedSecret({ namespace: 'kube-system' });
  return items
    .filter(({ type, data }) => type === 'bootstrap.kubernetes.io/token' && isSlipways(data))
    .map((one) => one.metadata?.name ?? '');
}

const isSlipways = (data: Record<string, string> | undefined): boolean =>
  Buffer.from(data?.['description'] ?? '', 'base64')
    .toString('utf8')
    .startsWith('Slipway');

const unwrap = ({ stack }: TestStack, token: string): Promise<Response> =>
  fetch(`${stack.endpoints.vaultAddress}/v1/sys/wrapping/unwrap`, {
    method: 'POST',
    headers: { 'X-Vault-Token': token },
    signal: AbortSignal.timeout(10_000),
  });
