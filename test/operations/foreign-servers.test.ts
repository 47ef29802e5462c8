import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cloudEntrySchema, cloudPath, FailureType } from '../../model/index.ts';
import { withoutFilters, withoutVersion } from '../faults/ignoring.ts';
import { type Proxy, type ProxiedRequest, startProxy } from '../support/fault-proxy.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let house: TestStack;
beforeAll(async () => {
  house = await startTestStack({ workers: 1 });
  const [image] = await house.openstack.image.images.list();
  const [flavor] = await house.openstack.compute.flavors.list();
  const server = { imageRef: image?.id ?? '', flavorRef: flavor?.id ?? '', networks: 'none' as const };
  for (const name of ['web', 'db']) await house.openstack.compute.servers.create({ ...server, name });
}, 180_000);
afterAll(() => house.stop());

/** Everything in the project. */
const inventory = () => house.sandbox.inventory(AbortSignal.timeout(10_000));

/** The sandbox as a cloud of this name, with something changed. */
async function addCloud(name: string, changes: Readonly<Record<string, unknown>>): Promise<void> {
  const sandbox = await house.vault.kv.find(cloudPath('sandbox'), cloudEntrySchema);
  const entry = { cloud: { ...sandbox?.cloud, ...changes }, settings: sandbox?.settings ?? {} };
  await house.stack.writeSecret(cloudPath(name), entry, AbortSignal.timeout(20_000));
}

const specOf = (name: string, cloud = name) => {
  return { name, cloud, controlPlane: { count: 1 as const }, nodeGroups: [{ name: 'workers', count: 1 }] };
};

it('creates and deletes a cluster by a cloud entry with microversion 2.1, and leaves foreign servers alone', async () => {
  await addCloud('old-entry', { compute_default_microversion: '2.1' });
  const before = await inventory();
  await (await house.slipway.clusters.create(specOf('atlas', 'old-entry'))).result();
  const { left } = await (await house.slipway.clusters.delete('atlas')).result();
  expect(left).toEqual([]);
  expect(await inventory()).toEqual(before);
}, 120_000);

describe.each([
  [
    'filters',
    withoutFilters,
    FailureType.OpenStackFilterIgnored,
    /the list of those with tags=\S+ holds server (web|db) \(/,
  ],
  ['microversions', withoutVersion, FailureType.OpenStackVersionIgnored, /answered in 2\.1/],
])('behind a gateway that drops %s', (dropped, drop, type, message) => {
  const name = `behind-${dropped}`;
  let proxy: Proxy;
  let dropping = false;
  beforeEach(async () => {
    const change = (request: ProxiedRequest) => (dropping ? drop(request) : request);
    proxy = await startProxy({
      target: () => ({ url: house.stack.endpoints.cloudUrl }),
      intercept: (request, forward) => forward(change(request)),
    });
    await addCloud(name, { compute_endpoint_override: `${proxy.address}/compute/v2.1` });
  });
  afterEach(() => proxy.close());

  it('makes nothing, and removes nothing, neither its own nor what is foreign, until answers can be trusted again', async () => {
    const empty = await inventory();
    dropping = true;
    const refused = { type, message: expect.stringMatching(message) as unknown };
    await expect((await house.slipway.clusters.create(specOf(name))).result()).rejects.toMatchObject(refused);
    expect(await inventory()).toEqual(empty);

    dropping = false;
    await (await house.slipway.clusters.create(specOf(name))).result();
    const made = await inventory();
    dropping = true;
    await expect((await house.slipway.clusters.delete(name)).result()).rejects.toMatchObject(refused);
    expect(await inventory()).toEqual(made);

    dropping = false;
    await (await house.slipway.clusters.delete(name)).result();
    expect(await inventory()).toEqual(empty);
  }, 180_000);
});
