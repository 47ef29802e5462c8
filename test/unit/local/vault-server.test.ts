import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { freePorts } from '../../../local/ports.ts';
import { findTool } from '../../../local/tools.ts';
import { startVaultServer } from '../../../local/vault-server.ts';
import { vaultFromEnvironment } from '../../../vault/index.ts';
import { temporaryDirectory } from './temporary-directory.ts';

test('Vault keeps its secrets over a restart: it is unsealed again, and the token may do what the policy says', async () => {
  const directory = await temporaryDirectory();
  const signal = AbortSignal.timeout(25_000);
  const [tool, [port = 0]] = await Promise.all([findTool('vault', { signal }), freePorts(1)]);
  const start = () => startVaultServer({ tool, directory, port }, signal);
  const secret = z.object({ region: z.string() });

  const first = await start();
  onTestFinished(() => first.process.stop());
  await first.write('clouds/sandbox', { region: 'here' }, signal);
  await first.process.stop();

  const second = await start();
  onTestFinished(() => second.process.stop());
  const [worker, user] = [second.workerTokenFile, second.userTokenFile].map((tokenFile) => {
    const vault = vaultFromEnvironment({ VAULT_ADDR: second.address, SLIPWAY_VAULT_TOKEN_FILE: tokenFile });
    onTestFinished(() => vault.close());
    return vault;
  });
  expect(await worker?.health(signal)).toMatchObject({ initialized: true, sealed: false });
  expect(await worker?.kv.read('clouds/sandbox', secret, signal)).toEqual({ region: 'here' });
  await expect(worker?.kv.write('clouds/sandbox', { region: 'there' }, signal)).rejects.toThrow();
  await user?.kv.write('clouds/sandbox', { region: 'there' }, signal);

  for (const file of ['vault-keys.json', 'worker-token', 'user-token', 'vault.json']) {
    expect((await stat(join(directory, file))).mode & 0o777, file).toBe(0o600);
  }
  const log = await readFile(second.process.logFile, 'utf8');
  expect(log).not.toContain((await readFile(second.userTokenFile, 'utf8')).trim());
});
