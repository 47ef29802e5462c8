import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { VaultClient } from '../../../vault/index.ts';
import { createLogger } from '../../../service/logging.ts';
import { createMetrics } from '../../../workers/metrics.ts';
import { VaultTokenKeeper } from '../../../workers/vault-token.ts';
import { startTestTemporal, type TestTemporal } from '../../support/temporal-server.ts';
import { startTestVault, type TestVault } from '../../support/vault-server.ts';
import { TestWorkers } from './support/worker.ts';

/* The life of a worker's token, with a real Vault. */

let temporal: TestTemporal;
let vault: TestVault;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'slipway-token-'));
  [temporal, vault] = await Promise.all([startTestTemporal(), startTestVault()]);
}, 120_000);
afterAll(async () => {
  await Promise.all([temporal.stop(), vault.stop()]);
  await rm(directory, { recursive: true, force: true });
});

const readiness = z.object({
  ok: z.boolean(),
  problems: z.record(z.string(), z.string()),
  warnings: z.record(z.string(), z.string()),
});

test('a worker renews its token, waits for another when it is revoked, and says both', async () => {
  const file = join(directory, 'token');
  const put = async (token: string) => {
    await writeFile(`${file}.new`, token);
    await rename(`${file}.new`, file);
  };
  const short = await vault.createToken({ ttl: '3s' });
  await put(short);
  const workers = new TestWorkers({
    TEMPORAL_ADDRESS: temporal.address,
    VAULT_ADDR: vault.address,
    SLIPWAY_VAULT_TOKEN_FILE: file,
    SLIPWAY_SHUTDOWN_GRACE: '2',
  });
  try {
    // Machines are slow at times: until the worker runs, the test keeps the token alive.
    const starting = workers.start();
    const nurse = keepAlive(short);
    const worker = await starting;
    nurse.abort();
    const ready = async () => readiness.parse(await (await fetch(`${worker.health}/readyz`)).json());

    await sleep(9_000);
    expect(await ready()).toEqual({ ok: true, problems: {}, warnings: {} });
    const log = await worker.output();
    expect(log.match(/Vault’s token is renewed/g)?.length).toBeGreaterThanOrEqual(3);
    const metrics = await (await fetch(`${worker.health}/metrics`)).text();
    expect(metrics).toMatch(/slipway_vault_token_renewals_total\{outcome="renewed"\} [3-9]/);
    const expiry = Number(/slipway_vault_token_expiry_timestamp_seconds (\d+)/.exec(metrics)?.[1]);
    expect(Math.abs(expiry - Date.now() / 1000)).toBeLessThan(10);

    await vault.revokeToken(short);
    await expect.poll(ready, { timeout: 10_000 }).toMatchObject({
      ok: false,
      problems: { vault: expect.stringContaining('the token is not valid: it has expired, was revoked') as unknown },
    });
    await expect.poll(() => worker.output(), { timeout: 10_000 }).toContain('activities wait for one that is');
    const last = await vault.createToken({ ttl: '1h', renewable: false });
    await put(last);
    await expect.poll(() => worker.output(), { timeout: 15_000 }).toContain('Vault’s token is valid again');
    await expect.poll(ready, { timeout: 10_000 }).toMatchObject({
      ok: true,
      warnings: {
        vault: expect.stringMatching(
          /^the token cannot be renewed; .*: it ends at 20\d\d-\d\d-\d\dT[\d:]+Z$/,
        ) as unknown,
      },
    });
    await worker.stop();
    const output = await worker.output();
    expect(output).toContain('"msg":"ended"');
    for (const token of [short, last]) expect(output).not.toContain(token);
  } finally {
    await workers.stopAll();
  }
}, 120_000);

test('a token that nears its longest life is not renewed for ever: its end is said from the start', async () => {
  await using kept = await keep({ ttl: '3s', explicit_max_ttl: '6s' });
  await expect
    .poll(() => kept.warning(), { timeout: 5_000 })
    .toMatch(/^the token reaches its longest life, .* it ends at /);
  const end = Date.parse(/it ends at (.*)$/.exec(kept.warning() ?? '')?.[1] ?? '');
  expect(end - kept.since).toBeGreaterThan(3_000);
  expect(end - kept.since).toBeLessThan(9_000);
  await expect.poll(() => kept.log(), { timeout: 15_000 }).toContain('Vault’s token is not valid');
  expect(kept.log().match(/token is renewed/g)?.length).toBeLessThan(6);
  expect(kept.log().match(/reaches its longest life/g)).toHaveLength(1);
}, 30_000);

test('a renewal that is refused is tried again until the token ends, with the time that is left', async () => {
  await vault.writePolicy('look-only', 'path "auth/token/lookup-self" { capabilities = ["read"] }');
  await using kept = await keep({ ttl: '4s', policies: ['look-only'], no_default_policy: true });
  await expect
    .poll(() => kept.warning(), { timeout: 8_000 })
    .toMatch(
      /^the token is not renewed and ends in \d s, at .*: Vault: POST auth\/token\/renew-self: 403 .*lacks "create", "update"/,
    );
  await expect.poll(() => kept.log(), { timeout: 15_000 }).toContain('Vault’s token is not valid');
  const warnings = kept.log().match(/the token is not renewed and ends in/g)?.length ?? 0;
  expect(warnings).toBeGreaterThan(1);
  expect(warnings).toBeLessThan(12);
}, 30_000);

test('a token that never expires needs nothing', async () => {
  await using kept = await keep(undefined);
  await expect.poll(() => kept.metrics(), { timeout: 5_000 }).toMatch(/expiry_timestamp_seconds \+Inf/);
  expect(kept.warning()).toBeUndefined();
  expect(kept.log()).toBe('');
});

/** Keeps a new token of this kind, the owner's where none is described, until it is disposed of. */
async function keep(body: Readonly<Record<string, unknown>> | undefined) {
  const since = Date.now();
  const token = body === undefined ? vault.rootToken : await vault.createToken(body);
  const client = new VaultClient({ address: vault.address, token: () => Promise.resolve(token) });
  let text = '';
  const logger = createLogger({ level: 'info', format: 'json' }, { write: (line: string) => void (text += line) });
  const metrics = createMetrics('test');
  const keeper = new VaultTokenKeeper({ vault: client, logger, metrics: metrics.vaultToken });
  const ending = new AbortController();
  const running = keeper.run(ending.signal);
  return {
    since,
    warning: () => keeper.warning(),
    log: () => text,
    metrics: () => metrics.registry.metrics(),
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await running;
      await client.close();
      expect(text).not.toContain(token);
    },
  };
}

/** Renews a token every half second. */
function keepAlive(token: string): AbortController {
  const ending = new AbortController();
  const client = new VaultClient({ address: vault.address, token: () => Promise.resolve(token) });
  void (async () => {
    while (!ending.signal.aborted) {
      await client.renewToken(ending.signal).catch(() => undefined);
      await sleep(500);
    }
    await client.close();
  })();
  return ending;
}
