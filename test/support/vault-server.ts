import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../client/local/ports.ts';
import { startProcessGuard } from '../../client/local/process-guard.ts';
import { findTool } from '../../client/local/tools.ts';
import { startVaultServer } from '../../client/local/vault-server.ts';

/** A real Vault or OpenBao on a free loopback port, for one test file. */
export interface TestVault {
  readonly address: string;
  /** A token that may do what docs/reference/vault-policy.hcl says, and nothing else. */
  readonly token: string;
  /** Writes a secret below Slipway's mount with the owner's token. */
  readonly write: (path: string, data: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Stops the server and removes its files. */
  readonly stop: () => Promise<void>;
}

/** Starts one; the program is found or fetched as `slipway up` does. */
export async function startTestVault(): Promise<TestVault> {
  const signal = AbortSignal.timeout(110_000);
  const directory = await mkdtemp(join(tmpdir(), 'slipway-vault-'));
  const guard = startProcessGuard();
  const clean = async () => {
    guard.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const tool = await findTool('vault', { signal });
    const [port = 0] = await freePorts(1);
    const server = await startVaultServer({ tool, directory, port, guard }, signal);
    return {
      address: server.address,
      token: (await readFile(server.workerTokenFile, 'utf8')).trim(),
      write: (path, data) => server.write(path, data, AbortSignal.timeout(10_000)),
      stop: () => server.process.stop().finally(clean),
    };
  } catch (error) {
    await clean();
    throw error;
  }
}
