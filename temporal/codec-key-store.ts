import { randomBytes } from 'node:crypto';
import type { KvStore } from '../vault/index.ts';
import { CODEC_KEYS_PATH, CodecKeyError, codecKeysSchema } from './codec-keys.ts';
import type { CodecKeySet } from './codec-keys.ts';

/** The part of Slipway's KV mount in Vault that the codec's keys need. */
export type CodecKeyStore = Pick<KvStore, 'find' | 'create'>;

/**
 * Reads the codec's keys. @throws CodecKeyError if there are none; VaultError if they cannot be read or are not usable.
 */
export async function readCodecKeys(store: CodecKeyStore): Promise<CodecKeySet> {
  const keys = await store.find(CODEC_KEYS_PATH, codecKeysSchema);
  if (keys !== undefined) return keys;
  throw new CodecKeyError(
    `there are no codec keys in Vault at ${CODEC_KEYS_PATH}; a process with SLIPWAY_PAYLOAD_CODEC=on makes them`,
  );
}

/** Reads the codec's keys and makes a first one if there are none. Safe in many processes at once: one key wins. */
export async function ensureCodecKeys(store: CodecKeyStore): Promise<CodecKeySet> {
  const existing = await store.find(CODEC_KEYS_PATH, codecKeysSchema);
  if (existing !== undefined) return existing;
  const id = `k-${new Date().toISOString().slice(0, 10)}-${randomBytes(3).toString('hex')}`;
  await store.create(CODEC_KEYS_PATH, { current: id, keys: { [id]: randomBytes(32).toString('base64') } });
  return readCodecKeys(store);
}
