import { z } from 'zod';
import { VaultError } from './error.ts';
import type { VaultTransport } from './transport.ts';
import { wrappedSchema, wrapTtl, type WrappedSecret } from './wrapping.ts';

const readSchema = z.looseObject({ data: z.looseObject({ data: z.unknown() }) });
const listSchema = z.looseObject({ data: z.looseObject({ keys: z.array(z.string()) }) });

/**
 * Secrets in a key/value mount, version 2 (Vault API documentation: secret/kv/kv-v2). Paths are those below the mount.
 */
export class KvStore {
  readonly #transport: VaultTransport;
  readonly #mount: string;

  constructor(transport: VaultTransport, mount: string) {
    this.#transport = transport;
    this.#mount = mount;
  }

  /**
   * The newest version of a secret. Throws {@link VaultError} `not-found`, or `invalid` when it does not fit the
   * schema.
   */
  async read<T>(path: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T> {
    const url = this.#url('data', path);
    const answer = await this.#transport.send({ method: 'GET', path: url, schema: readSchema, signal });
    const parsed = schema.safeParse(answer.data.data);
    if (parsed.success) return parsed.data;
    const fields = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'secret'} (${issue.code})`);
    throw new VaultError({
      kind: 'invalid',
      method: 'GET',
      path: url,
      status: 200,
      words: [`the secret is not what was expected: ${fields.join(', ')}`],
    });
  }

  /** As {@link read}, but undefined when there is no such secret. A missing mount is still an error. */
  async find<T>(path: string, schema: z.ZodType<T>, signal?: AbortSignal): Promise<T | undefined> {
    try {
      return await this.read(path, schema, signal);
    } catch (error) {
      if (error instanceof VaultError && error.kind === 'not-found' && !error.mountMissing) return undefined;
      throw error;
    }
  }

  /**
   * Writes a secret unless there is one already (check-and-set 0). False when there was one, which is then unchanged,
   * or when it is there because an earlier try of this very request arrived: read it to know what holds.
   */
  async create(path: string, data: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<boolean> {
    try {
      await this.#write(path, { data, options: { cas: 0 } }, signal);
      return true;
    } catch (error) {
      if (error instanceof VaultError && error.words.some((text) => text.includes('check-and-set'))) return false;
      throw error;
    }
  }

  /** Writes a new version of a secret. */
  async write(path: string, data: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<void> {
    await this.#write(path, { data }, signal);
  }

  /** Names directly below a path, folders with a trailing `/`; none when there is nothing. */
  async list(path: string, signal?: AbortSignal): Promise<string[]> {
    try {
      const answer = await this.#transport.send({
        method: 'GET',
        path: this.#url('metadata', path),
        query: { list: 'true' },
        schema: listSchema,
        signal,
      });
      return answer.data.keys;
    } catch (error) {
      if (error instanceof VaultError && error.kind === 'not-found') return [];
      throw error;
    }
  }

  /** Every secret below a path, as paths below the mount. At most 1,000 folders are read. */
  async listTree(path: string, signal?: AbortSignal): Promise<string[]> {
    const secrets: string[] = [];
    let folders = [path];
    for (let read = 0; folders.length > 0;) {
      read += folders.length;
      if (read > 1_000)
        throw new Error(`Vault: more than 1,000 folders below ${this.#mount}/${path}; this is not a cluster’s tree`);
      const names = await Promise.all(
        folders.map(async (folder) => (await this.list(folder, signal)).map((name) => `${folder}/${name}`)),
      );
      const found = names.flat();
      secrets.push(...found.filter((name) => !name.endsWith('/')));
      folders = found.filter((name) => name.endsWith('/')).map((name) => name.slice(0, -1));
    }
    return secrets;
  }

  /** Removes a secret with all its versions and its metadata. Nothing there is success. */
  async remove(path: string, signal?: AbortSignal): Promise<void> {
    const url = this.#url('metadata', path);
    await this.#transport.send({ method: 'DELETE', path: url, schema: z.unknown(), signal });
  }

  /** Removes every secret below a path, with all versions; returns how many there were. */
  async removeTree(path: string, signal?: AbortSignal): Promise<number> {
    const secrets = await this.listTree(path, signal);
    await Promise.all(secrets.map((secret) => this.remove(secret, signal)));
    return secrets.length;
  }

  /**
   * Reads a secret as a response-wrapping token: single use, valid for `ttlSeconds`. What is unwrapped is the answer of
   * this read, and the token's creation path is the secret's own, which nobody without access to it can imitate.
   */
  async readWrapped(path: string, ttlSeconds: number, signal?: AbortSignal): Promise<WrappedSecret> {
    const url = this.#url('data', path);
    const answer = await this.#transport.send({
      method: 'GET',
      path: url,
      headers: wrapTtl(ttlSeconds),
      schema: wrappedSchema,
      signal,
    });
    return answer.wrap_info;
  }

  async #write(path: string, body: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<void> {
    const url = this.#url('data', path);
    await this.#transport.send({ method: 'POST', path: url, body, schema: z.unknown(), signal });
  }

  #url(kind: 'data' | 'metadata', path: string): string {
    return `${this.#mount}/${kind}/${path.split('/').map(encodeURIComponent).join('/')}`;
  }
}
