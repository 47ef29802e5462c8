import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { BasicConstraintsExtension, PemConverter, X509CertificateGenerator } from '@peculiar/x509';
import { inData, type CloudPlan } from './cloud-plan.ts';
import { amphoraAuthority } from './services/octavia.ts';

const YEARS_10 = 10 * 365 * 24 * 3_600_000;

/** Makes the authority with which Octavia signs certificates of amphorae, unless it is there. */
export async function makeAmphoraAuthority(plan: CloudPlan): Promise<void> {
  const [certificateFile, keyFile] = [inData(plan, amphoraAuthority.certificate), inData(plan, amphoraAuthority.key)];
  if (await readFile(certificateFile).catch(() => undefined)) return;
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=amphorae',
    notBefore: new Date(),
    notAfter: new Date(Date.now() + YEARS_10),
    keys,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  await writeFile(keyFile, PemConverter.encode(key, 'PRIVATE KEY'), { mode: 0o600 });
  await writeFile(certificateFile, certificate.toString('pem'), { mode: 0o600 });
}
