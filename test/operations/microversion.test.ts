import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Activities, createActivities } from '../../activities/index.ts';
import { cloudEntrySchema, cloudPath, clusterSpecSchema, FailureType } from '../../model/index.ts';
import { startProxy, without } from '../support/fault-proxy.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const VERSION_HEADERS = ['openstack-api-version', 'x-openstack-nova-api-version'];
const spec = clusterSpecSchema.parse({ name: 'mv', cloud: 'mv', controlPlane: { count: 1 } });
const cluster = { id: 'mv-aaaaaa', spec };

let house: TestStack;
let activities: Activities;
beforeAll(async () => {
  house = await startTestStack({ workers: 0, machines: 'none' });
  const { vault, temporal } = house;
  activities = createActivities({ vault, temporal: temporal.client, taskQueue: 'none' });
  const [image] = await house.openstack.image.images.list();
  const [flavor] = await house.openstack.compute.flavors.list();
  const server = { imageRef: image?.id ?? '', flavorRef: flavor?.id ?? '', networks: 'none' as const };
  for (const name of ['web', 'db']) await house.openstack.compute.servers.create({ ...server, name });
}, 120_000);
afterAll(() => house.stop());

/** Puts the cloud `mv` into Vault: the sandbox, with something changed, as workers see it from now on. */
async function addCloud(changes: Readonly<Record<string, string>>): Promise<void> {
  const sandbox = await house.vault.kv.find(cloudPath('sandbox'), cloudEntrySchema);
  const entry = { cloud: { ...sandbox?.cloud, ...changes }, settings: {} };
  await house.stack.writeSecret(cloudPath('mv'), entry, AbortSignal.timeout(5000));
  await run(activities.checkCloud, { cloud: 'mv' });
}

const run = <I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> =>
  new MockActivityEnvironment().run(activity, input);

const serverNames = async (): Promise<string[]> =>
  (await house.openstack.compute.servers.list()).map(({ name }) => name).sort();

const lookAtCompute = async () => {
  const { checks } = await run(activities.checkCloud, { cloud: 'mv' });
  return checks.find(({ id }) => id === 'cloud.compute');
};

describe('a microversion in clouds.yaml', () => {
  it.each(['2.1', '2.25', 'latest'])(
    'of %s does not make Nova drop the filter by which machines are found',
    async (old) => {
      await addCloud({ compute_default_microversion: old, volume_default_microversion: '3.0' });
      await expect(run(activities.deleteAllServers, cluster)).resolves.toEqual({ removed: {} });
      expect(await serverNames()).toEqual(['db', 'web']);
      expect(await lookAtCompute()).toMatchObject({ ok: true });
      await expect(run(activities.checkCluster, cluster)).resolves.toBeDefined();
    },
  );

  it('that the cloud does not have is said by the doctor', async () => {
    await addCloud({ compute_default_microversion: '2.9999' });
    const look = await lookAtCompute();
    expect(look).toMatchObject({ ok: false, detail: expect.stringMatching(/2\.9999 is not supported/) as unknown });
  });
});

describe('a gateway before Nova', () => {
  it.each([
    ['the request’s', true, false, /asked for microversion 2\.79, and it answered in 2\.1/],
    ['the answer’s', false, true, /asked for microversion 2\.79, and its answer names none/],
  ])(
    'that drops %s version header stops every operation before it changes anything',
    async (_name, asked, said, words) => {
      const proxy = await startProxy({
        target: () => ({ url: house.stack.endpoints.cloudUrl }),
        intercept: async (request, forward) => {
          const headers = asked ? without(request.headers, ...VERSION_HEADERS) : request.headers;
          const answer = await forward({ ...request, headers });
          return { ...answer, headers: said ? without(answer.headers, ...VERSION_HEADERS) : answer.headers };
        },
      });
      onTestFinished(() => proxy.close());
      await addCloud({ compute_endpoint_override: `${proxy.address}/compute/v2.1` });

      const verdict = { type: FailureType.OpenStackVersionIgnored, nonRetryable: true };
      for (const activity of [activities.checkCluster, activities.deleteAllServers]) {
        const failed = run<typeof cluster, unknown>(activity, cluster);
        await expect(failed).rejects.toMatchObject({ ...verdict, message: expect.stringMatching(words) as unknown });
      }
      const look = await lookAtCompute();
      expect(look).toMatchObject({ ok: false, detail: expect.stringMatching(words) as unknown });
      expect(await serverNames()).toEqual(['db', 'web']);
    },
  );
});
