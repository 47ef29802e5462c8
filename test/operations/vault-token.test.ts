import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { examine } from '../../client/doctor/examine.ts';
import type { DoctorCheck } from '../../model/index.ts';
import { latencyProfiles } from '../../sandbox/src/latency.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { ownerOf, type VaultOwner } from '../support/vault-server.ts';

/** How long the agent takes to exchange the token; longer than a few quick tries. */
const EXCHANGE_MS = 16_000;

let house: TestStack;
let owner: VaultOwner;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'slipway-latency-'));
  const latency = join(directory, 'latency.json');
  // Long enough that the token goes while the creation is under way.
  const machine = { boot: 3, kubeadmInit: 0, kubeadmJoin: 0 };
  await writeFile(latency, JSON.stringify({ ...latencyProfiles.instant, machine }));
  house = await startTestStack({ workers: 1, latency });
  const { vaultAddress, workerTokenFile } = house.stack.endpoints;
  owner = await ownerOf(vaultAddress, dirname(workerTokenFile));
}, 120_000);
afterAll(async () => {
  await house.stop();
  await rm(directory, { recursive: true, force: true });
});

it('an operation under way waits for the agent that exchanges its worker’s token, and says so', async () => {
  const { slipway, openstack } = house;
  const { workerTokenFile } = house.stack.endpoints;
  const old = (await readFile(workerTokenFile, 'utf8')).trim();
  const creation = await slipway.clusters.create({
    name: 'renewed',
    cloud: 'sandbox',
    controlPlane: { count: 1 },
    nodeGroups: [{ name: 'workers', count: 1 }],
  });
  await expect.poll(() => openstack.compute.servers.list(), { timeout: 30_000 }).not.toEqual([]);
  await owner.revokeToken(old);
  const exchanged = sleep(EXCHANGE_MS).then(async () => {
    await exchange(await owner.createToken());
  });

  await expect
    .poll(waitingFor, { timeout: EXCHANGE_MS })
    .toMatch(
      /^Vault\.Unauthorized Vault: .*: 403 permission denied; the token is not valid: .*SLIPWAY_VAULT_TOKEN_FILE/,
    );
  expect(await waitingFor()).not.toContain(old);
  await exchanged;
  const { id } = await creation.result();
  expect((await slipway.clusters.get('renewed'))?.phase).toBe('Ready');
  expect(await house.logs()).not.toContain(old);

  expect((await (await slipway.clusters.delete('renewed')).result()).left, id).toEqual([]);
}, 120_000);

it('the doctor says how long the worker’s token lives, who renews it, and what it may not do', async () => {
  await exchange(await owner.createToken({ ttl: '3h' }));
  const check = async (id: string): Promise<DoctorCheck | undefined> => {
    const checks: DoctorCheck[] = [];
    for await (const one of examine(house.environment, { signal: AbortSignal.timeout(60_000) })) checks.push(one);
    const found = checks.filter((one) => one.id === id);
    expect(found.length, 'once, however many clouds there are').toBe(1);
    return found[0];
  };
  const life = (words: RegExp) => expect.stringMatching(words) as unknown;
  await expect
    .poll(() => check('vault.worker'), { timeout: 30_000 })
    .toMatchObject({
      ok: true,
      title: 'Vault token of the worker',
      detail: life(/, policies default, vault-policy, expires in 3 h, can be renewed; the worker renews it$/),
    });
  expect(await check('vault.token')).toMatchObject({
    ok: true,
    detail: life(/, policies default, vault-policy, vault-policy-clouds, expires in 32 days, can be renewed$/),
  });

  await owner.writePolicy('too-little', 'path "slipway/+/clouds/*" { capabilities = ["read", "list"] }');
  await exchange(await owner.createToken({ policies: ['too-little'], ttl: '90s', renewable: false }));
  await expect
    .poll(() => check('vault.worker'), { timeout: 30_000 })
    .toMatchObject({
      ok: false,
      detail: life(
        /, policies default, too-little, expires in \d+ s, cannot be renewed; its policies lack "create", "update", "read" on slipway\/data\/clusters\/a\/b; /,
      ),
      fix: life(/vault-policy\.hcl/),
    });
}, 120_000);

/** Puts another token into the worker's file, as Vault's agent does: written beside, then renamed. */
async function exchange(token: string): Promise<void> {
  const { workerTokenFile } = house.stack.endpoints;
  await writeFile(`${workerTokenFile}.new`, token);
  await rename(`${workerTokenFile}.new`, workerTokenFile);
}

/** What Temporal's UI shows: type and message of the failure that the running operation's activity has had last. */
async function waitingFor(): Promise<string> {
  const { client } = house.temporal;
  const words: string[] = [];
  const query = "WorkflowType = 'createCluster' AND ExecutionStatus = 'Running'";
  for await (const { workflowId } of client.workflow.list({ query })) {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    for (const { lastFailure } of raw.pendingActivities ?? []) {
      if (lastFailure) words.push(`${lastFailure.applicationFailureInfo?.type ?? ''} ${lastFailure.message ?? ''}`);
    }
  }
  return words.join('\n');
}
