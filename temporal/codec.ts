import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { METADATA_ENCODING_KEY, ValueError } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { CodecKeys } from './codec-keys.ts';

const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const CIPHER = 'aes-256-gcm';
/** NIST SP 800-38D, 8.2.2: a random nonce of 96 bits is safe for 2^32 payloads under one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

/**
 * Encrypts whole payloads, their metadata included, with AES-256-GCM. The data is nonce, ciphertext, tag; the key's id
 * is in the metadata and authenticated with the data. Payloads that are not encrypted pass as they are, so that anyone
 * may start an operation with plain JSON; encrypted ones are decrypted whether this process encrypts or not, so that
 * the switch can be turned at any time.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #keys: CodecKeys;
  readonly #encrypts: boolean;

  /** @param encrypts whether payloads that leave this process are encrypted. */
  constructor(keys: CodecKeys, encrypts: boolean) {
    this.#keys = keys;
    this.#encrypts = encrypts;
  }

  /** @throws CodecKeyError if the keys cannot be read. */
  async encode(payloads: Payload[]): Promise<Payload[]> {
    if (!this.#encrypts || payloads.length === 0) return payloads;
    const { id, key } = await this.#keys.current();
    return payloads.map((payload) => encrypt(payload, id, key));
  }

  /** @throws ValueError if a payload was changed, or is not what it says; CodecKeyError if its key cannot be had. */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.all(
      payloads.map(async (payload) => {
        if (!isEncrypted(payload)) return payload;
        const id = text(payload.metadata?.[KEY_ID]);
        if (id === '') throw new ValueError(`an encrypted payload has no ${KEY_ID} in its metadata`);
        return decrypt(payload, id, await this.#keys.byId(id));
      }),
    );
  }
}

const text = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
const isEncrypted = (payload: Payload): boolean => text(payload.metadata?.[METADATA_ENCODING_KEY]) === ENCODING;
const authenticated = (keyId: string): Buffer => Buffer.from(`${ENCODING}\0${CIPHER}\0${keyId}`);

function encrypt(payload: Payload, id: string, key: Uint8Array): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(authenticated(id));
  const sealed = [cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()];
  return {
    metadata: { [METADATA_ENCODING_KEY]: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(id) },
    data: Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]),
  };
}

function decrypt(payload: Payload, id: string, key: Uint8Array): Payload {
  const data = Buffer.from(payload.data ?? []);
  if (data.length < NONCE_BYTES + TAG_BYTES) throw new ValueError(`a payload encrypted with key "${id}" is cut short`);
  const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(authenticated(id))
    .setAuthTag(data.subarray(-TAG_BYTES));
  try {
    const opened = [decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
    return PayloadMessage.decode(Buffer.concat(opened));
  } catch {
    throw new ValueError(
      `a payload encrypted with key "${id}" does not decrypt: it was changed, or the key was replaced`,
    );
  }
}
