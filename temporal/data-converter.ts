import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { EncryptionCodec } from './codec.ts';
import { CodecKeyError, CodecKeys } from './codec-keys.ts';
import { ensureCodecKeys, readCodecKeys } from './codec-key-store.ts';
import type { CodecKeyStore } from './codec-key-store.ts';

/**
 * The data converter of a client: with the codec on, what leaves is encrypted; on or off, what comes is decrypted if it
 * has to be. Keys are read from Vault when they are first needed, so without encrypted payloads Vault is never asked.
 *
 * @param vault absent when the process knows no Vault: encrypted payloads then cannot be read, plain ones can.
 */
export function loadDataConverter(vault: { readonly kv: CodecKeyStore } | undefined, codec: boolean): DataConverter {
  const load = async () => {
    if (vault === undefined) {
      throw new CodecKeyError('a payload is encrypted, and its key is in Vault: set VAULT_ADDR and VAULT_TOKEN');
    }
    return codec ? ensureCodecKeys(vault.kv) : readCodecKeys(vault.kv);
  };
  return { payloadCodecs: [new EncryptionCodec(new CodecKeys(load), codec)] };
}

/** The data converter of a worker: a client's, and with the codec on it encrypts the texts of failures as well. */
export function workerDataConverter(converter: DataConverter, codec: boolean): DataConverter {
  return codec ? { ...converter, failureConverterPath: failureConverterPath() } : converter;
}

/** Path of the module with the failure converter, for the worker and for the bundle of workflow code. */
export const failureConverterPath = (): string => modulePath('failure-converter');

/** Path of the module with the payload converter of workflows, for their bundle. */
export const payloadConverterPath = (): string => modulePath('payload-converter');

function modulePath(name: string): string {
  const here = fileURLToPath(import.meta.url);
  return fileURLToPath(new URL(`./${name}${extname(here)}`, import.meta.url));
}
