import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { expect, test, vi } from 'vitest';
import {
  CodecKeys,
  EncryptionCodec,
  ensureCodecKeys,
  loadDataConverter,
  readCodecKeys,
} from '../../../temporal/index.ts';
import type { CodecKeySet } from '../../../temporal/codec-keys.ts';
import { MemoryKv } from './memory-kv.ts';

const keyA = randomBytes(32);
const keyB = randomBytes(32);
const both = { current: 'b', keys: { a: keyA, b: keyB } };
const keysOf = (set: CodecKeySet) => new CodecKeys(() => Promise.resolve(set));
const payload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const bytes = (text: string) => Buffer.from(text);

async function only(payloads: Promise<Payload[]>): Promise<Payload> {
  const [first] = await payloads;
  if (first === undefined) throw new Error('no payload');
  return first;
}

test('what is encrypted cannot be read, and decrypts to the same payload', async () => {
  const codec = new EncryptionCodec(keysOf(both), true);
  const plain = payload({ path: 'clusters/atlas/kubeconfig' });
  const [first, second] = [await only(codec.encode([plain])), await only(codec.encode([plain]))];
  const stored = Buffer.from(first.data ?? []);

  expect(stored.includes('kubeconfig')).toBe(false);
  expect(Buffer.from(first.metadata?.['encoding'] ?? []).toString()).toBe('binary/encrypted');
  expect(Buffer.from(first.metadata?.['encryption-key-id'] ?? []).toString()).toBe('b');
  expect(stored.equals(Buffer.from(second.data ?? []))).toBe(false);
  const decoded = await only(codec.decode([first]));
  expect(defaultPayloadConverter.fromPayload(decoded)).toEqual({ path: 'clusters/atlas/kubeconfig' });
});

test('plain payloads pass both ways, and encrypted ones are read with the codec off', async () => {
  const [on, off] = [new EncryptionCodec(keysOf(both), true), new EncryptionCodec(keysOf(both), false)];
  const plain = payload('plain');
  expect(await on.decode([plain])).toEqual([plain]);
  expect(await off.encode([plain])).toEqual([plain]);
  expect(defaultPayloadConverter.fromPayload(await only(off.decode(await on.encode([plain]))))).toBe('plain');
});

test('the payloads of an older key stay readable after a rotation', async () => {
  const old = new EncryptionCodec(keysOf({ current: 'a', keys: { a: keyA } }), true);
  const rotated = new EncryptionCodec(keysOf(both), true);
  const encoded = await old.encode([payload('before')]);
  expect(defaultPayloadConverter.fromPayload(await only(rotated.decode(encoded)))).toBe('before');
});

test.each([
  ['a flipped bit', (at: Payload) => ({ ...at, data: flip(at.data, 20) })],
  ['a changed tag', (at: Payload) => ({ ...at, data: flip(at.data, -1) })],
  ['a changed nonce', (at: Payload) => ({ ...at, data: flip(at.data, 0) })],
  ['another key’s id', (at: Payload) => ({ ...at, metadata: { ...at.metadata, 'encryption-key-id': bytes('a') } })],
])('%s is refused', async (_, change) => {
  const codec = new EncryptionCodec(keysOf({ current: 'b', keys: { a: keyB, b: keyB } }), true);
  const encoded = await only(codec.encode([payload('value')]));
  await expect(codec.decode([change(encoded)])).rejects.toThrow(/does not decrypt: it was changed/);
});

test('a payload that is cut short or names no key is refused with the reason', async () => {
  const codec = new EncryptionCodec(keysOf(both), true);
  const metadata = { encoding: bytes('binary/encrypted') };
  await expect(codec.decode([{ metadata, data: bytes('x') }])).rejects.toThrow(/no encryption-key-id/);
  const named = { ...metadata, 'encryption-key-id': bytes('a') };
  await expect(codec.decode([{ metadata: named, data: bytes('x') }])).rejects.toThrow(/cut short/);
  await expect(
    codec.decode([{ metadata: { ...named, 'encryption-key-id': bytes('gone') }, data: bytes('x') }]),
  ).rejects.toThrow(/key "gone", which is not in Vault at codec/);
});

test('an unknown key id makes the keys be read again, once for many payloads; a failure keeps the keys at hand', async () => {
  let now = 0;
  let stored: CodecKeySet = { current: 'a', keys: { a: keyA } };
  const load = vi.fn(() => Promise.resolve(stored));
  const keys = new CodecKeys(load, () => now);
  expect((await keys.current()).id).toBe('a');

  stored = both;
  now += 10_000;
  await Promise.all([keys.byId('b'), keys.byId('b'), keys.byId('b')]);
  expect(load).toHaveBeenCalledTimes(2);

  now += 10 * 60_000;
  load.mockRejectedValueOnce(new Error('sealed'));
  expect((await keys.current()).id).toBe('b');
  expect(load).toHaveBeenCalledTimes(3);
});

test('the first key is made once, whoever comes first', async () => {
  const kv = new MemoryKv();
  await expect(readCodecKeys(kv)).rejects.toThrow(/no codec keys in Vault at codec/);
  const sets = await Promise.all([ensureCodecKeys(kv), ensureCodecKeys(kv), ensureCodecKeys(kv)]);
  expect(new Set(sets.map(({ current }) => current)).size).toBe(1);
  expect(sets[0].keys[sets[0].current]).toHaveLength(32);
});

test('without a Vault plain payloads work and encrypted ones say what is missing', async () => {
  const [codec] = loadDataConverter(undefined, false).payloadCodecs ?? [];
  const plain = payload('plain');
  expect(await codec?.decode([plain])).toEqual([plain]);
  const encrypted = await new EncryptionCodec(keysOf(both), true).encode([plain]);
  await expect(codec?.decode(encrypted)).rejects.toThrow(/set VAULT_ADDR/);
});

function flip(data: Uint8Array | null | undefined, at: number): Uint8Array {
  const copy = Buffer.from(data ?? []);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}
