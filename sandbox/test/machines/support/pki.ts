import 'reflect-metadata';
import { createHash, generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate as Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** A certificate authority of a test. */
export interface TestAuthority {
  readonly certificate: string;
  readonly key: string;
  readonly hash: string;
  /** A client certificate and key, PEM. */
  issue(commonName: string, organisation?: string): Promise<{ readonly certificate: string; readonly key: string }>;
}

function pair(form: 'pkcs8' | 'sec1') {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    pem: privateKey.export({ type: form, format: 'pem' }).toString(),
    pkcs8: privateKey.export({ type: 'pkcs8', format: 'der' }),
    spki: publicKey.export({ type: 'spki', format: 'der' }),
  };
}

/** Makes an authority; its key is in SEC1 form, as Vault gives EC keys. */
export async function makeAuthority(name = 'kubernetes'): Promise<TestAuthority> {
  const keys = pair('sec1');
  const signingKey = await webcrypto.subtle.importKey('pkcs8', keys.pkcs8, ecdsa, false, ['sign']);
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: `CN=${name}`,
    notAfter: new Date(Date.now() + 86_400_000),
    publicKey: await webcrypto.subtle.importKey('spki', keys.spki, ecdsa, true, ['verify']),
    signingKey,
    signingAlgorithm: ecdsa,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const pem = certificate.toString('pem');
  const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return {
    certificate: pem,
    key: keys.pem,
    hash: `sha256:${createHash('sha256').update(spki).digest('hex')}`,
    issue: async (commonName, organisation) => {
      const client = pair('pkcs8');
      const issued = await X509CertificateGenerator.create({
        subject: organisation === undefined ? `CN=${commonName}` : `CN=${commonName}, O=${organisation}`,
        issuer: new Certificate(pem).subjectName,
        notAfter: new Date(Date.now() + 86_400_000),
        publicKey: await webcrypto.subtle.importKey('spki', client.spki, ecdsa, true, ['verify']),
        signingKey,
        signingAlgorithm: ecdsa,
        extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
      });
      return { certificate: issued.toString('pem'), key: client.pem };
    },
  };
}
