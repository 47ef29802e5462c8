import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Clouds } from '../../activities/cloud/clouds.ts';
import { checkCluster } from '../../activities/cloud/check-cluster.ts';
import { clusterSpecSchema, ownerTag } from '../../model/index.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let house: TestStack;
beforeAll(async () => {
  house = await startTestStack({ workers: 0, machines: 'none' });
}, 120_000);
afterAll(() => house.stop());

it('counts what an earlier try of the same creation has made, and nobody else’s, when a quota is used up', async () => {
  const url = `${house.stack.endpoints.cloudUrl}/_sandbox/quotas/demo`;
  const exact = { network: { network: 1, router: 1, security_group: 3 } };
  const headers = { 'content-type': 'application/json' };
  await fetch(url, { method: 'PUT', headers, body: JSON.stringify(exact) });
  const description = ownerTag('ceres-aaaaaa');
  const { network } = house.openstack;
  await network.networks.create({ name: 'ceres-aaaaaa', description });
  await network.routers.create({ name: 'ceres-aaaaaa', description });
  for (const name of ['ceres-aaaaaa-control-plane', 'ceres-aaaaaa-nodes'])
    await network.securityGroups.create({ name, description });

  const spec = clusterSpecSchema.parse({ name: 'ceres', cloud: 'sandbox', controlPlane: { count: 1 } });
  const check = checkCluster({ clouds: new Clouds(house.vault) });
  const preflight = (id: string) => new MockActivityEnvironment().run(check, { id, spec });
  await expect(preflight('ceres-aaaaaa')).resolves.toMatchObject({
    flavorIds: { 'control-plane': expect.any(String) as unknown },
  });
  await expect(preflight('ceres-bbbbbb')).rejects.toThrow(
    /quota network: needs 1, 0 of 1 are free; quota router: needs 1, 0 of 1 are free; quota security_group: needs 2, 0 of 3 are free/,
  );
});
