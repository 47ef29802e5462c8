import { z } from 'zod';

/** Where the keys are: path below Slipway's KV version 2 mount in Vault. */
export const CODEC_KEYS_PATH = 'codec';

const KEY_BYTES = 32;
/** How long a set of keys is used before it is read again, so that a rotated key is taken up without a restart. */
const MAX_AGE_MS = 5 * 60_000;
/** An unknown key id makes the keys be read again, but not more often than this. */
const MIN_AGE_MS = 5_000;

const keyId = z.string().regex(/^[\w.:-]{1,64}$/, 'a key id is 1 to 64 letters, digits, "_", ".", ":" or "-"');
const key = z.base64().transform((text, context) => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === KEY_BYTES) return bytes;
  context.addIssue(`a key is ${KEY_BYTES} bytes in base64`);
  return z.NEVER;
});

/** The secret in Vault: which key encrypts, and all keys that may still be needed to decrypt. */
export const codecKeysSchema = z
  .looseObject({ current: keyId, keys: z.record(keyId, key) })
  .refine(({ current, keys }) => current in keys, { path: ['current'], message: 'names no key' });

/** Keys of the payload codec by id, and the id of the one that encrypts. */
export interface CodecKeySet {
  readonly current: string;
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/** A key could not be had; the message says which and what to do, and holds no key. */
export class CodecKeyError extends Error {
  override readonly name = 'CodecKeyError';
}

/**
 * The codec's keys, read when they are first needed, again every five minutes, and when a payload names a key that is
 * not known yet. When reading again fails, the keys at hand go on being used.
 */
export class CodecKeys {
  readonly #load: () => Promise<CodecKeySet>;
  readonly #now: () => number;
  #set: { readonly value: CodecKeySet; readonly readAt: number } | undefined;
  #loading: Promise<CodecKeySet> | undefined;

  constructor(load: () => Promise<CodecKeySet>, now: () => number = Date.now) {
    this.#load = load;
    this.#now = now;
  }

  /** The key that encrypts. @throws CodecKeyError */
  async current(): Promise<{ id: string; key: Uint8Array }> {
    const set = await this.#atMost(MAX_AGE_MS);
    const found = set.keys[set.current];
    if (found === undefined) throw new CodecKeyError(`the codec's current key "${set.current}" is not among its keys`);
    return { id: set.current, key: found };
  }

  /** The key with this id. @throws CodecKeyError if there is none, also after reading the keys again. */
  async byId(id: string): Promise<Uint8Array> {
    const known = (await this.#atMost(MAX_AGE_MS)).keys[id] ?? (await this.#atMost(MIN_AGE_MS)).keys[id];
    if (known !== undefined) return known;
    throw new CodecKeyError(
      `a payload was encrypted with key "${id}", which is not in Vault at ${CODEC_KEYS_PATH}: put the key back to read it`,
    );
  }

  async #atMost(ageMs: number): Promise<CodecKeySet> {
    const at = this.#set;
    if (at !== undefined && this.#now() - at.readAt < ageMs) return at.value;
    this.#loading ??= this.#read().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #read(): Promise<CodecKeySet> {
    try {
      this.#set = { value: await this.#load(), readAt: this.#now() };
    } catch (error) {
      if (this.#set === undefined) throw error;
      this.#set = { ...this.#set, readAt: this.#now() };
    }
    return this.#set.value;
  }
}
