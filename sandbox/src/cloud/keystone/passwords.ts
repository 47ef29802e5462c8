import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const digest = (salt: string, secret: string): Buffer => createHash('sha256').update(`${salt}:${secret}`).digest();

/**
 * What is stored of a password or secret. One round of SHA-256: the sandbox's secrets are random, and a slow hash would
 * make every log-in slow.
 */
export function hashSecret(secret: string): string {
  const salt = randomBytes(12).toString('hex');
  return `${salt}:${digest(salt, secret).toString('hex')}`;
}

/** Whether a secret is the one that was hashed. */
export function verifySecret(secret: string, stored: string): boolean {
  const [salt = '', hash = ''] = stored.split(':');
  const expected = Buffer.from(hash, 'hex');
  const actual = digest(salt, secret);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
