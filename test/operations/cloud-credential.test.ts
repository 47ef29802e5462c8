import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { connect } from 'openstack-client-ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { forgetCluster } from '../../activities/cluster/kept-clusters.ts';
import { Clouds } from '../../activities/cloud/clouds.ts';
import {
  cloudCredentialSchema,
  ensureCloudCredential,
  removeCloudCredential,
} from '../../activities/secrets/cloud-credential.ts';
import type { AddonsInput } from '../../cli/input/addons-input.ts';
import { clusterSpecSchema, ownerTag, vaultPaths } from '../../model/index.ts';
import { cinder, cloudController, writeChart } from '../support/charts.ts';
import { exportHistories } from '../support/histories.ts';
import { inActivity } from '../support/in-activity.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const limit = () => AbortSignal.timeout(30_000);
const CONFIG = { name: 'cloud-config', namespace: 'kube-system' };

let house: TestStack;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-test-charts-'));
  for (const chart of [cloudController, cinder]) await writeChart(folder, chart);
  const workerEnvironment = { SLIPWAY_CHART_FOLDER: folder, SLIPWAY_CHART_SOURCE: 'folder' };
  house = await startTestStack({ workers: 1, workerEnvironment });
}, 240_000);
afterAll(async () => {
  await house.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The application credentials of Slipway's user. */
const credentials = () => house.openstack.identity.applicationCredentials.list({}, { signal: limit() });

const spec = (name: string, addons: AddonsInput, cloud = 'sandbox') => ({
  ...{ name, cloud, addons, controlPlane: { count: 1 as const } },
  nodeGroups: [{ name: 'workers', count: 1 }],
});

async function coreOf(name: string): Promise<CoreV1Api> {
  const config = new KubeConfig();
  config.loadFromString(await house.slipway.clusters.kubeconfig(name));
  return config.makeApiClient(CoreV1Api);
}

/** cloud.conf in a cluster; undefined when the Secret is gone. */
async function cloudConf(core: CoreV1Api): Promise<string | undefined> {
  const { items } = await core.listNamespacedSecret({ namespace: CONFIG.namespace });
  const data = items.find(({ metadata }) => metadata?.name === CONFIG.name)?.data?.['cloud.conf'];
  return data === undefined ? undefined : Buffer.from(data, 'base64').toString();
}

const valueIn = (text: string | undefined, key: string) => new RegExp(`^${key} = "(.*)"$`, 'm').exec(text ?? '')?.[1];

describe('the cluster’s own credential of the cloud', () => {
  it('comes with the first addon that needs it, and goes with the last, and with the cluster', async () => {
    const { clusters } = house.slipway;
    const apply = async (addons: AddonsInput) => (await clusters.applyAddons({ name: 'atlas', addons })).result();
    const ready = { version: '2.36.0', state: 'ready' };
    const { id, addons } = await (await clusters.create(spec('atlas', { cloudController: {}, cinder: {} }))).result();
    expect(addons).toEqual({ cloudController: ready, cinder: ready });
    const { spec: made } = (await clusters.describe('atlas')).description;
    expect(made.kubernetes.cloudProvider).toBe('external');

    const [credential, ...others] = await credentials();
    expect(others).toEqual([]);
    expect(credential).toMatchObject({ name: `${id}-cloud`, description: ownerTag(id), unrestricted: false });
    expect(credential?.expires_at).toBeNull();
    const roles = credential?.roles.map(({ name }) => name).sort();
    expect(roles).toEqual(['load-balancer_member', 'member', 'reader']);

    const core = await coreOf('atlas');
    const text = await cloudConf(core);
    expect(valueIn(text, 'application-credential-id')).toBe(credential?.id);
    const [subnet] = await house.openstack.network.subnets.list({ description: ownerTag(id) });
    expect(valueIn(text, 'subnet-id')).toBe(subnet?.id);
    const [external] = await house.openstack.network.networks.list({ 'router:external': true });
    expect(valueIn(text, 'floating-network-id')).toBe(external?.id);
    const secret = valueIn(text, 'application-credential-secret') ?? '';
    const auth = {
      auth_url: valueIn(text, 'auth-url') ?? '',
      application_credential_id: credential?.id ?? '',
      application_credential_secret: secret,
    };
    await using inside = await connect({ auth });
    expect((await inside.authenticate()).project?.name).toBe('demo');

    // Nothing changes where all is well.
    expect(await apply({ cloudController: {}, cinder: {} })).toMatchObject({ changed: 0, removed: 0 });
    expect(await cloudConf(core)).toBe(text);
    // One that somebody has removed is made anew, and those that read it are started anew.
    await house.openstack.identity.applicationCredentials.delete(credential?.id ?? '');
    expect(await apply({ cloudController: {}, cinder: {} })).toMatchObject({ changed: 2, removed: 0 });
    const [second] = await credentials();
    expect(second?.id).not.toBe(credential?.id);
    expect(valueIn(await cloudConf(core), 'application-credential-id')).toBe(second?.id);

    expect(await apply({})).toMatchObject({ removed: 2 });
    expect(await credentials()).toEqual([]);
    expect(await cloudConf(core)).toBeUndefined();
    expect(await house.vault.kv.listTree('clusters')).not.toContain(vaultPaths(id).cloudCredential);

    // What somebody else has put into its place is not overwritten.
    const theirs = { metadata: { name: CONFIG.name }, stringData: { 'cloud.conf': 'theirs' } };
    await core.createNamespacedSecret({ namespace: CONFIG.namespace, body: theirs });
    await expect(apply({ cloudController: {} })).rejects.toMatchObject({
      type: 'Addon.Conflict',
      message: expect.stringMatching(/Secret kube-system\/cloud-config .* somebody else has made or changed/) as string,
    });
    expect(await cloudConf(core)).toBe('theirs');
    await core.deleteNamespacedSecret(CONFIG);

    await apply({ cloudController: {} });
    expect(await credentials()).toHaveLength(1);
    const deleted = await (await clusters.delete('atlas')).result();
    expect(deleted).toMatchObject({ left: [], removed: { 'application credential': 1 } });
    expect(await credentials()).toEqual([]);
    expect(await house.vault.kv.listTree('clusters')).toEqual([]);

    // Its secret is in no history, nor in what a worker has written.
    expect(secret).not.toBe('');
    const { client, dataConverter } = house.temporal;
    for (const { workflowId, decoded, undecoded } of await exportHistories(client, dataConverter)) {
      expect(`${decoded}\n${undecoded}`.includes(secret), workflowId).toBe(false);
    }
    expect((await house.logs()).includes(secret)).toBe(false);
  }, 400_000);

  it('is refused before anything is made where Slipway’s own may make none', async () => {
    const signal = limit();
    const { clusters } = house.slipway;
    const own = await house.openstack.identity.applicationCredentials.create({ name: 'slipway' }, { signal });
    const auth = { application_credential_id: own.id, application_credential_secret: own.secret ?? '' };
    const { auth_url } = (await entries())['sandbox']?.auth ?? {};
    await house.stack.writeSecret(
      'clouds/restricted',
      { cloud: { auth: { auth_url, ...auth } }, settings: {} },
      signal,
    );
    const before = await house.sandbox.inventory(signal);

    const creation = await clusters.create(spec('boreas', { cloudController: {} }, 'restricted'));
    await expect(creation.result()).rejects.toMatchObject({
      type: 'Slipway.PreflightFailed',
      message: expect.stringMatching(/demo\) is a restricted one, which may make none.*--unrestricted/) as string,
    });
    expect(await house.sandbox.inventory(limit())).toEqual(before);
    await (await clusters.delete('boreas')).result();

    // What needs no credential needs nobody who may make one; an addon that does comes later in vain.
    await (await clusters.create(spec('chronos', {}, 'restricted'))).result();
    const applied = await clusters.applyAddons({ name: 'chronos', addons: { cinder: { required: true } } });
    await expect(applied.result()).rejects.toMatchObject({
      type: 'OpenStack.Forbidden',
      message: expect.stringMatching(/is a restricted one, which may make none/) as string,
    });
    expect((await (await clusters.delete('chronos')).result()).left).toEqual([]);
    await house.openstack.identity.applicationCredentials.delete(own.id);
  }, 300_000);

  const target = (name: string, cloud = 'sandbox') => {
    const parsed = clusterSpecSchema.parse({ name, cloud });
    const deps = { clouds: new Clouds(house.vault), vault: house.vault };
    return {
      ensure: () => inActivity(() => ensureCloudCredential(deps)({ id: `${name}-aaaaaa`, spec: parsed })),
      remove: () => inActivity(() => removeCloudCredential(deps)({ id: `${name}-aaaaaa`, spec: parsed })),
      forget: () => inActivity(() => forgetCluster(deps)({ id: `${name}-aaaaaa` })),
      kept: () => house.vault.kv.find(vaultPaths(`${name}-aaaaaa`).cloudCredential, cloudCredentialSchema),
    };
  };

  it('is made anew where its secret was lost on the way to Vault, and nobody else’s is touched', async () => {
    const { applicationCredentials } = house.openstack.identity;
    const lost = await applicationCredentials.create({
      ...{ name: 'demeter-aaaaaa-cloud', description: ownerTag('demeter-aaaaaa') },
    });
    const neighbour = await applicationCredentials.create({
      ...{ name: 'demeter-bbbbbb-cloud', description: ownerTag('demeter-bbbbbb') },
    });
    const { ensure, remove, forget, kept } = target('demeter');
    await ensure();
    const ids = async () => (await credentials()).map(({ id }) => id).sort();
    const made = (await kept())?.id ?? '';
    expect(made).not.toBe(lost.id);
    expect(await ids()).toEqual([made, neighbour.id].sort());
    await ensure();
    expect((await kept())?.id).toBe(made);
    expect(await remove()).toEqual({ removed: 1, left: [] });
    await forget();
    expect(await kept()).toBeUndefined();
    expect(await remove()).toEqual({ removed: 0, left: [] });
    expect(await ids()).toEqual([neighbour.id]);

    // Of its name, and not marked: somebody else's.
    const foreign = await applicationCredentials.create({ name: 'demeter-aaaaaa-cloud', description: 'mine' });
    await expect(ensure()).rejects.toThrow(/Duplicate entry/);
    expect(await remove()).toEqual({ removed: 0, left: [] });
    expect(await ids()).toEqual([neighbour.id, foreign.id].sort());
    for (const { id } of [neighbour, foreign]) await applicationCredentials.delete(id);
  }, 60_000);

  it('of another user stays in use, and is told at the end', async () => {
    await house.stack.writeSecret('clouds/other', { cloud: (await entries())['sandbox-admin'], settings: {} }, limit());
    const mine = target('hestia');
    const { ensure, remove } = target('hestia', 'other');
    await mine.ensure();
    const made = (await mine.kept())?.id ?? '';
    await ensure();
    expect((await mine.kept())?.id).toBe(made);
    const reason = expect.stringMatching(/user demo made it/) as string;
    const told = { removed: 0, left: [{ id: made, type: 'application credential', reason }] };
    expect(await remove()).toMatchObject(told);
    // Also where the first answer was lost.
    expect(await remove()).toMatchObject(told);
    expect((await credentials()).map(({ id }) => id)).toEqual([made]);

    // As soon as that user has removed it, there is nothing to tell.
    await house.openstack.identity.applicationCredentials.delete(made);
    expect(await remove()).toEqual({ removed: 0, left: [] });
  }, 60_000);
});

interface Entry {
  readonly auth: Readonly<Record<string, string>>;
}

async function entries(): Promise<Readonly<Record<string, Entry>>> {
  const text = await readFile(house.stack.endpoints.cloudsFile, 'utf8');
  return (parse(text) as { clouds: Readonly<Record<string, Entry>> }).clouds;
}
