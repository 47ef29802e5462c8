import { afterAll, beforeAll, expect, it } from 'vitest';
import { examine } from '../../client/doctor/examine.ts';
import { type DoctorCheck, ownerTag } from '../../model/index.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let house: TestStack;
beforeAll(async () => {
  house = await startTestStack({ workers: 1, machines: 'none' });
});
afterAll(() => house.stop());

async function orphans(): Promise<DoctorCheck | undefined> {
  const checks: DoctorCheck[] = [];
  for await (const one of examine(house.environment, { signal: AbortSignal.timeout(60_000) })) checks.push(one);
  return checks.find(({ id }) => id === 'clusters.orphans');
}

it('the doctor names what no workflow answers for, and what to do', async () => {
  const { networks } = house.openstack.network;
  expect(await orphans()).toMatchObject({ ok: true, detail: 'none' });
  const { id } = await networks.create({ name: 'left', description: ownerTag('lost-aaaaaa') });
  expect(await orphans()).toMatchObject({
    ok: false,
    detail: '1 with 0 servers: lost-aaaaaa',
    fix: 'slipway orphans lists them; slipway adopt NAME or slipway delete --id ID',
  });
  await networks.delete(id);
  expect(await orphans()).toMatchObject({ ok: true });
}, 180_000);
