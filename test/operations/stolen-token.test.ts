import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'openstack-client-ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { isSlipwayError } from '../../client/index.ts';
import { latencyProfiles } from '../../sandbox/src/latency.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let house: TestStack;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'slipway-latency-'));
  const latency = join(directory, 'latency.json');
  // Long enough that somebody can read the user-data before the machine does.
  await writeFile(
    latency,
    JSON.stringify({ ...latencyProfiles.instant, machine: { boot: 4, kubeadmInit: 0, kubeadmJoin: 0 } }),
  );
  house = await startTestStack({ workers: 1, latency });
}, 120_000);
afterAll(async () => {
  await house.stop();
  await rm(directory, { recursive: true, force: true });
});

it('a control plane whose secrets somebody else fetched does not boot, and the creation says so', async () => {
  const { slipway, stack } = house;
  const creation = await slipway.clusters.create({
    name: 'robbed',
    cloud: 'sandbox',
    controlPlane: { count: 1 },
    nodeGroups: [],
  });
  const outcome = creation.result().catch((error: unknown) => error);

  const token = await wrappingToken(house);
  const stolen = await fetch(`${stack.endpoints.vaultAddress}/v1/sys/wrapping/unwrap`, {
    method: 'POST',
    headers: { 'X-Vault-Token': token },
    signal: AbortSignal.timeout(10_000),
  });
  expect(stolen.status).toBe(200);

  const error = await outcome;
  if (!isSlipwayError(error)) throw new Error('the creation must fail', { cause: error });
  expect(error.type).toBe('Slipway.BootstrapFailed');
  expect(error.message).toMatch(/machine robbed-[a-z2-7]{6}-cp-0 \(.*\) did not boot: .*token/);
  expect((await slipway.clusters.get('robbed'))?.phase).toBe('CreateFailed');
  expect((await (await slipway.clusters.delete('robbed')).result()).left).toEqual([]);
}, 120_000);

/** The token in the user-data of the control plane, as an administrator of the cloud can read it. */
async function wrappingToken({ stack }: TestStack): Promise<string> {
  const signal = AbortSignal.timeout(30_000);
  await using admin = await connect({ cloud: 'sandbox-admin', cloudsFile: stack.endpoints.cloudsFile, env: {} });
  for (;;) {
    const [server] = await admin.compute.servers.list({ all_tenants: true }, { signal });
    if (server !== undefined) {
      const userData = Buffer.from(z.string().parse(server['OS-EXT-SRV-ATTR:user_data']), 'base64').toString('utf8');
      return z.string().parse(/"token":"([^"]+)"/.exec(userData)?.[1]);
    }
    await sleep(100, undefined, { signal });
  }
}
