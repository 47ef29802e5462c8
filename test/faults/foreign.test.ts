import { connect } from 'openstack-client-ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloudEntrySchema, cloudPath } from '../../model/index.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { holdsForeignResources } from './foreign.ts';
import { makeProject } from './projects.ts';

let house: TestStack;
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  house = await startTestStack({ workers: 0, machines: 'none' });
}, 120_000);
afterAll(async () => {
  for (const close of closing) await close();
  await house.stop();
});

it('leaves alone whatever is not the cluster’s, whichever steps run and whichever filters are ignored', async () => {
  const { vault, temporal, stack, openstack: demo } = house;
  const { cloudsFile, cloudUrl } = stack.endpoints;
  const admin = await connect({ cloud: 'sandbox-admin', cloudsFile, env: {} });
  closing.push(() => admin.close());
  const sandbox = await vault.kv.find(cloudPath('sandbox'), cloudEntrySchema);
  if (sandbox === undefined) throw new Error('the stack has no cloud sandbox');
  const auth = (project: string, address: string) => ({
    ...sandbox.cloud.auth,
    auth_url: `${address}/identity/v3`,
    project_name: project,
  });
  const { runs, refused } = await holdsForeignResources(
    {
      deps: { vault, temporal: temporal.client, taskQueue: 'none' },
      cloudUrl,
      openProject: async (name) => {
        await makeProject({ admin, demo }, name);
        const client = await connect({ auth: auth(name, cloudUrl) });
        closing.push(() => client.close());
        return client;
      },
      writeCloud: (name, address) => {
        const entry = { cloud: { ...sandbox.cloud, auth: auth(name, address) }, settings: sandbox.settings };
        return stack.writeSecret(cloudPath(name), entry, AbortSignal.timeout(20_000));
      },
    },
    { runs: 50, atOnce: 5 },
  );
  expect(runs).toBe(50);
  // Else nothing was ignored that mattered, and the property says little.
  expect(refused).toBeGreaterThan(5);
}, 600_000);
