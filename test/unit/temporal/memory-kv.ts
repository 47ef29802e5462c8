import type { z } from 'zod';
import type { CodecKeyStore } from '../../../temporal/index.ts';

/** Vault's KV mount in memory, with its check-and-set 0. */
export class MemoryKv implements CodecKeyStore {
  readonly #secrets = new Map<string, unknown>();

  find<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const secret = this.#secrets.get(path);
    return Promise.resolve(secret === undefined ? undefined : schema.parse(secret));
  }

  create(path: string, data: Readonly<Record<string, unknown>>): Promise<boolean> {
    const free = !this.#secrets.has(path);
    if (free) this.#secrets.set(path, data);
    return Promise.resolve(free);
  }
}
