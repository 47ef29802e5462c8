import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toFailure } from '../../../activities/lib/failures.ts';
import { type VaultClient, VaultError, vaultFromEnvironment } from '../../../vault/index.ts';
import { startTestVault, type TestVault } from '../../support/vault-server.ts';

/* What a refusal of a real Vault means: it answers 403 for a token that is not valid and for one that may not. */

const NOT_VALID =
  /^Vault: GET slipway\/data\/clouds\/none: 403 permission denied; the token is not valid: it has expired, was revoked, or is just being replaced\. /;

let vault: TestVault;
let directory: string;
const clients: VaultClient[] = [];
beforeAll(async () => {
  [vault, directory] = await Promise.all([startTestVault(), mkdtemp(join(tmpdir(), 'slipway-token-'))]);
}, 120_000);
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));
afterAll(async () => {
  await vault.stop();
  await rm(directory, { recursive: true, force: true });
});

function client(environment: Readonly<Record<string, string>>): VaultClient {
  const opened = vaultFromEnvironment({ VAULT_ADDR: vault.address, ...environment });
  clients.push(opened);
  return opened;
}

async function refusal(work: Promise<unknown>): Promise<VaultError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof VaultError)) throw new Error(`expected a VaultError, got ${String(error)}`);
  return error;
}

const look = (opened: VaultClient) => opened.kv.find('clouds/none', z.unknown());

describe('a token that is not valid', () => {
  it('is told from one that may not, and what to do about it is said', async () => {
    const token = await vault.createToken();
    const opened = client({ VAULT_TOKEN: token });
    expect(await look(opened)).toBeUndefined();
    await vault.revokeToken(token);
    const error = await refusal(look(opened));
    expect(error.kind).toBe('unauthorized');
    expect(error.message).toMatch(NOT_VALID);
    expect(error.message).toContain('valid token in VAULT_TOKEN');
    expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(token);
  });

  it('may be none at all, or one in a file that is just being written', async () => {
    const file = join(directory, 'absent');
    expect(await refusal(look(client({})))).toMatchObject({ kind: 'unauthorized' });
    const opened = client({ SLIPWAY_VAULT_TOKEN_FILE: file });
    const absent = await refusal(look(opened));
    expect(absent).toMatchObject({ kind: 'unauthorized' });
    expect(absent.message).toContain(`${file} cannot be read`);
    await writeFile(file, '');
    expect((await refusal(look(opened))).message).toContain(`${file} is empty`);
    await writeFile(file, `${vault.token}\n`);
    expect(await look(opened)).toBeUndefined();
  });

  it('is not even seen when its file holds the next one already', async () => {
    const file = join(directory, 'token');
    const first = await vault.createToken();
    await writeFile(file, first);
    const opened = client({ SLIPWAY_VAULT_TOKEN_FILE: file });
    expect(await look(opened)).toBeUndefined();
    await vault.revokeToken(first);
    const waiting = await refusal(look(opened));
    expect(waiting.message).toMatch(NOT_VALID);
    expect(waiting.message).toContain(`the agent which writes ${file}`);
    await writeFile(file, await vault.createToken());
    expect(await Promise.all(Array.from({ length: 20 }, () => look(opened)))).toHaveLength(20);
  });

  it('keeps an activity trying, however often it has tried', async () => {
    const token = await vault.createToken();
    await vault.revokeToken(token);
    const error = await refusal(look(client({ VAULT_TOKEN: token })));
    expect(toFailure(error, 500)).toMatchObject({ type: 'Vault.Unauthorized', nonRetryable: false });
  });
});

describe('a policy that does not allow', () => {
  const CASES = {
    'a read': [(one: VaultClient) => one.kv.read('other', z.unknown()), 'slipway/data/other', '"read"'],
    'a list': [(one: VaultClient) => one.kv.list('other'), 'slipway/metadata/other', '"list"'],
    'a removal': [(one: VaultClient) => one.kv.remove('clouds/a'), 'slipway/metadata/clouds/a', '"delete"'],
    'a write': [(one: VaultClient) => one.kv.write('clouds/a', {}), 'slipway/data/clouds/a', '"create", "update"'],
  } as const;
  it.each(Object.entries(CASES))('%s: path, capability and policies are named', async (_, [work, path, lacking]) => {
    const error = await refusal(work(client({ VAULT_TOKEN: vault.token })));
    expect(error.kind).toBe('forbidden');
    expect(error.message).toContain(
      `with the policies default, vault-policy is valid, but lacks ${lacking} on ${path}. `,
    );
    expect(error.message).toContain('vault policy write slipway docs/reference/vault-policy.hcl');
  });

  it('ends an activity after four tries', async () => {
    const error = await refusal(client({ VAULT_TOKEN: vault.token }).kv.list('other'));
    expect(toFailure(error, 1)).toMatchObject({ type: 'Vault.Forbidden', nonRetryable: false });
    expect(toFailure(error, 4)).toMatchObject({ type: 'Vault.Forbidden', nonRetryable: true });
  });

  it('is known of a token without Vault’s own policy "default", too', async () => {
    const token = await vault.createToken({ no_default_policy: true });
    const error = await refusal(client({ VAULT_TOKEN: token }).kv.list('other'));
    expect(error).toMatchObject({ kind: 'forbidden' });
    expect(error.message).toContain('with the policies vault-policy is valid');
  });
});
