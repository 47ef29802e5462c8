import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { KV_MOUNT } from '../vault/index.ts';
import { VaultTransport } from '../vault/transport.ts';
import { childEnvironment } from './config.ts';
import { startProcess, type BackgroundProcess } from './process.ts';
import type { ProcessGuard } from './process-guard.ts';
import { inRepository } from './repository.ts';
import type { FoundTool } from './tools.ts';

export interface VaultServerOptions {
  readonly tool: FoundTool;
  /** Holds the configuration, the storage, the keys, the token and the log. */
  readonly directory: string;
  readonly port: number;
  readonly guard?: ProcessGuard;
}

/** A Vault that runs, is unsealed and has what Slipway needs. */
export interface VaultServer {
  readonly process: BackgroundProcess;
  readonly address: string;
  /** File (mode 0600) with a worker's token: it may do what docs/reference/vault-policy.hcl says, and nothing else. */
  readonly workerTokenFile: string;
  /** File (mode 0600) with a person's token: what the worker may, and docs/reference/vault-policy-clouds.hcl. */
  readonly userTokenFile: string;
  /** Writes a secret below the mount `slipway`, as Vault's owner would. */
  readonly write: (path: string, data: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<void>;
}

const keysSchema = z.object({ storage: z.string(), unsealKey: z.string(), rootToken: z.string() });
type Keys = z.output<typeof keysSchema>;

/**
 * Starts Vault or OpenBao with storage on disk, initialises it the first time and unseals it every time. The unseal key
 * and the root token are kept beside the storage in a file of mode 0600, as good as a development machine needs and no
 * better.
 */
export async function startVaultServer(options: VaultServerOptions, signal: AbortSignal): Promise<VaultServer> {
  const { directory, port, guard } = options;
  const address = `http://127.0.0.1:${port}`;
  const storage = storageType(options.tool);
  const keysFile = join(directory, 'vault-keys.json');
  const known = await readKeys(keysFile);
  if (known !== undefined && known.storage !== storage) {
    throw new Error(
      `the secrets in ${directory} were written with storage "${known.storage}" and ${options.tool.path} uses "${storage}": ` +
        'put the earlier program back on PATH, or start anew with `slipway down --wipe`',
    );
  }
  const process = await startProcess(
    {
      title: 'Vault',
      command: options.tool.path,
      args: ['server', `-config=${await writeConfiguration(directory, storage, address)}`],
      env: childEnvironment(),
      logFile: join(directory, 'logs', 'vault.log'),
      ready: { url: `${address}/v1/sys/health?sealedcode=200&uninitcode=200&standbyok=true` },
      deadline: 60_000,
      ...(guard === undefined ? {} : { guard }),
    },
    signal,
  );
  let keys = known;
  let closed: Promise<void> | undefined;
  const transport = new VaultTransport({ address, token: () => Promise.resolve(keys?.rootToken) });
  const setup = new Setup(transport, signal);
  try {
    keys ??= await setup.initialize(storage, keysFile);
    await setup.unseal(keys);
    await setup.mount();
    const [workerTokenFile, userTokenFile] = [join(directory, 'worker-token'), join(directory, 'user-token')];
    const policies = await setup.policies(['vault-policy', 'vault-policy-clouds']);
    await writePrivate(workerTokenFile, await setup.token(policies.slice(0, 1)));
    await writePrivate(userTokenFile, await setup.token(policies));
    return {
      process: { ...process, stop: () => process.stop().then(() => (closed ??= transport.close())) },
      address,
      workerTokenFile,
      userTokenFile,
      write: (path, data, signal) =>
        transport.send({ method: 'POST', path: `${KV_MOUNT}/data/${path}`, body: { data }, schema: anything, signal }),
    };
  } catch (error) {
    await process.stop();
    await transport.close();
    throw error;
  }
}

const anything = z.unknown().transform(() => undefined);
const initializedSchema = z.looseObject({ keys: z.array(z.string()).min(1), root_token: z.string() });
const sealSchema = z.looseObject({ sealed: z.boolean() });
const mountsSchema = z.looseObject({ data: z.record(z.string(), z.unknown()) });
const tokenSchema = z.looseObject({ auth: z.looseObject({ client_token: z.string() }) });

/**
 * Steps from a bare server to one that Slipway can use (Vault HTTP API: sys/init, sys/unseal, sys/mounts, sys/policies,
 * auth/token).
 */
class Setup {
  readonly #transport: VaultTransport;
  readonly #signal: AbortSignal;

  constructor(transport: VaultTransport, signal: AbortSignal) {
    this.#transport = transport;
    this.#signal = signal;
  }

  async initialize(storage: string, keysFile: string): Promise<Keys> {
    const body = { secret_shares: 1, secret_threshold: 1 };
    const answer = await this.#post('sys/init', body, initializedSchema);
    const keys = { storage, unsealKey: answer.keys[0] ?? '', rootToken: answer.root_token };
    await writePrivate(keysFile, JSON.stringify(keys));
    return keys;
  }

  async unseal(keys: Keys): Promise<void> {
    const { sealed } = await this.#post('sys/unseal', { key: keys.unsealKey }, sealSchema);
    if (sealed)
      throw new Error('Vault stays sealed: its keys file does not fit its storage; `slipway down --wipe` starts anew');
  }

  async mount(): Promise<void> {
    const signal = this.#signal;
    const { data } = await this.#transport.send({ method: 'GET', path: 'sys/mounts', schema: mountsSchema, signal });
    if (`${KV_MOUNT}/` in data) return;
    await this.#post(`sys/mounts/${KV_MOUNT}`, { type: 'kv', options: { version: '2' } }, anything);
  }

  /** Writes policies of docs/reference under the names of their files, and returns these. */
  async policies(names: readonly string[]): Promise<readonly string[]> {
    for (const name of names) {
      const policy = await readFile(inRepository('docs', 'reference', `${name}.hcl`), 'utf8');
      await this.#post(`sys/policies/acl/${name}`, { policy }, anything);
    }
    return names;
  }

  /** Makes a token with these policies. It lasts 32 days, Vault's default limit; each start makes new ones. */
  async token(policies: readonly string[]): Promise<string> {
    const body = { policies, display_name: 'slipway-local', ttl: '768h' };
    return (await this.#post('auth/token/create-orphan', body, tokenSchema)).auth.client_token;
  }

  #post<T>(path: string, body: Record<string, unknown>, schema: z.ZodType<T>): Promise<T> {
    return this.#transport.send({ method: 'POST', path, body, schema, signal: this.#signal });
  }
}

/**
 * OpenBao 2.7 replaced `file` by `pebbledb`; Vault, and OpenBao before that, have `file`. Raft would take 10 s to elect
 * itself.
 */
function storageType(tool: FoundTool): string {
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(tool.version) ?? []).slice(1).map(Number);
  return basename(tool.path) === 'bao' && (major > 2 || minor >= 7) ? 'pebbledb' : 'file';
}

async function writeConfiguration(directory: string, storage: string, address: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'vault.json');
  const configuration = {
    storage: { [storage]: { path: join(directory, 'vault-storage') } },
    listener: { tcp: { address: new URL(address).host, tls_disable: true } },
    api_addr: address,
    // Vault locks its memory unless told otherwise, which needs a capability that a user does not have; OpenBao no
    // longer does.
    ...(storage === 'file' ? { disable_mlock: true } : {}),
  };
  await writePrivate(file, JSON.stringify(configuration, null, 2));
  return file;
}

async function readKeys(file: string): Promise<Keys | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : keysSchema.parse(JSON.parse(text));
}

/** Writes a file of mode 0600, whole or not at all. */
async function writePrivate(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
