import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { freePorts } from '../../local/ports.ts';
import { startProcessGuard } from '../../local/process-guard.ts';
import { findTool } from '../../local/tools.ts';
import { startVaultServer } from '../../local/vault-server.ts';

/** What Vault's owner does to tokens. */
export interface VaultOwner {
  /** Never expires, may everything. */
  readonly rootToken: string;
  /**
   * A new token, with what the API's `auth/token/create-orphan` takes; with the worker's policy unless others are
   * named.
   */
  readonly createToken: (body?: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly revokeToken: (token: string) => Promise<void>;
  /** Writes a policy under a name, which tokens can then be made with. */
  readonly writePolicy: (name: string, policy: string) => Promise<void>;
}

/** A real Vault or OpenBao on a free loopback port, for one test file. */
export interface TestVault extends VaultOwner {
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
    const owner = await ownerOf(server.address, directory);
    return {
      ...owner,
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

const keysSchema = z.looseObject({ rootToken: z.string() });
const createdSchema = z.looseObject({ auth: z.looseObject({ client_token: z.string() }) });

/** The owner of a Vault whose keys are in this folder, as `slipway up` keeps them. */
export async function ownerOf(address: string, directory: string): Promise<VaultOwner> {
  const { rootToken } = keysSchema.parse(JSON.parse(await readFile(join(directory, 'vault-keys.json'), 'utf8')));
  const post = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${address}/v1/${path}`, {
      method: 'POST',
      headers: { 'X-Vault-Token': rootToken, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) throw new Error(`Vault: POST ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? undefined : await answer.json();
  };
  return {
    rootToken,
    createToken: async (body = {}) => {
      const created = await post('auth/token/create-orphan', { policies: ['vault-policy'], ...body });
      return createdSchema.parse(created).auth.client_token;
    },
    revokeToken: async (token) => {
      await post('auth/token/revoke', { token });
    },
    writePolicy: async (name, policy) => {
      await post(`sys/policies/acl/${name}`, { policy });
    },
  };
}
