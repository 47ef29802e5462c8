import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { beforeAll, describe, expect, test } from 'vitest';
import { fakeCloud, thrownBy } from './support/fake-cloud.ts';

interface Pair {
  cert: string;
  key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
x509.cryptoProvider.set(webcrypto);

/** A self-signed certificate for 127.0.0.1 and its key, valid for this test. */
const makePair = async (name: string): Promise<Pair> => {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true),
      new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const label = ['PRIVATE', 'KEY'].join(' ');
  return { cert: certificate.toString('pem'), key: `-----BEGIN ${label}-----\n${key}\n-----END ${label}-----\n` };
};

describe('TLS', () => {
  let server: Pair;
  let user: Pair;
  beforeAll(async () => {
    server = await makePair('server');
    user = await makePair('user');
  });

  test('an unknown authority is refused, not repeated, and explained', async () => {
    const cloud = await fakeCloud({}, server);
    const error = await thrownBy(cloud.client().authenticate());
    expect(error).toMatchObject({ kind: 'Configuration', attempts: 1 });
    expect(error.message).toMatch(/TLS failed: .*self-signed.*Set cacert/);
    expect(cloud.seen).toEqual([]);
  });

  test('a given authority is trusted', async () => {
    const cloud = await fakeCloud({}, server);
    await expect(cloud.client({ tls: { ca: server.cert } }).authenticate()).resolves.toMatchObject({
      user: { id: 'u1' },
    });
  });

  test('the check can be switched off', async () => {
    const cloud = await fakeCloud({}, server);
    await expect(cloud.client({ tls: { verify: false } }).authenticate()).resolves.toMatchObject({
      user: { id: 'u1' },
    });
  });

  test('a client certificate is shown', async () => {
    const cloud = await fakeCloud({}, { ...server, ca: user.cert, requestCert: true, rejectUnauthorized: true });
    const tls = { ca: server.cert };
    await expect(cloud.client({ tls, retry: { retries: 0 } }).authenticate()).rejects.toThrow();
    await expect(cloud.client({ tls: { ...tls, ...user } }).authenticate()).resolves.toMatchObject({
      user: { id: 'u1' },
    });
  });
});

test('connections are kept and used again', async () => {
  const cloud = await fakeCloud({ 'GET /networking/v2.0/networks': { json: { networks: [] } } });
  const client = cloud.client({ connections: 1 });
  for (let i = 0; i < 5; i++) await client.network.networks.list();
  expect(new Set(cloud.seen.map(({ port }) => port)).size).toBe(1);
});
