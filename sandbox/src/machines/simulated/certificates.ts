import 'reflect-metadata';
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  webcrypto,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { isIP } from 'node:net';
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate as Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate authority that was delivered to a machine. */
export interface Authority {
  readonly certificate: string;
  readonly key: KeyObject;
  /** `sha256:<hex>` of the public key, as in kubeadm's `caCertHashes`. */
  readonly publicKeyHash: string;
}

/**
 * Reads a CA certificate and its key (EC or RSA; PKCS#8, PKCS#1 or SEC1).
 * @throws Error when one cannot be read, is no CA, or does not belong to the other.
 */
export function readAuthority(certificatePem: string, keyPem: string): Authority {
  const certificate = new X509Certificate(certificatePem);
  const key = createPrivateKey(keyPem);
  if (!certificate.ca) throw new Error('it is not a certificate authority');
  if (!certificate.checkPrivateKey(key)) throw new Error('its key belongs to another certificate');
  return { certificate: certificatePem, key, publicKeyHash: publicKeyHash(certificatePem) };
}

/** `sha256:<hex>` of a certificate's public key (kubeadm: cmd/kubeadm/app/util/pubkeypin). */
function publicKeyHash(certificatePem: string): string {
  const { publicKey } = new X509Certificate(certificatePem);
  return `sha256:${createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')}`;
}

let serving: { readonly pem: string; readonly publicKey: Promise<webcrypto.CryptoKey> } | undefined;

/** One key serves every simulated API server of this process: making keys is what would cost a fleet time. */
function servingKey() {
  if (serving !== undefined) return serving;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  serving = {
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: webcrypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']),
  };
  return serving;
}

const curves: Readonly<Record<string, { readonly namedCurve: string; readonly hash: string }>> = {
  prime256v1: { namedCurve: 'P-256', hash: 'SHA-256' },
  secp384r1: { namedCurve: 'P-384', hash: 'SHA-384' },
  secp521r1: { namedCurve: 'P-521', hash: 'SHA-512' },
};

async function signingKey(key: KeyObject) {
  const der = key.export({ type: 'pkcs8', format: 'der' });
  if (key.asymmetricKeyType === 'rsa') {
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    return { key: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']), algorithm };
  }
  const curve = curves[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (curve === undefined)
    throw new Error(`a ${key.asymmetricKeyType ?? 'secret'} key cannot sign here: use EC or RSA`);
  const algorithm = { name: 'ECDSA', ...curve };
  return { key: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']), algorithm };
}

/** A server certificate and its key, both PEM. */
export interface ServingCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Makes the serving certificate of an API server, signed by the cluster's CA, for these names and addresses. */
export async function serveCertificate(authority: Authority, names: readonly string[]): Promise<ServingCertificate> {
  const { pem, publicKey } = servingKey();
  const signing = await signingKey(authority.key);
  const alternatives = [...new Set(names.filter((name) => name !== ''))].map((value) => ({
    type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
    value,
  }));
  const hour = 3_600_000;
  const certificate = await X509CertificateGenerator.create({
    subject: 'CN=kube-apiserver',
    // The parsed name, not its text: Go compares the issuer byte by byte.
    issuer: new Certificate(authority.certificate).subjectName,
    notBefore: new Date(Date.now() - hour),
    notAfter: new Date(Date.now() + 365 * 24 * hour),
    publicKey: await publicKey,
    signingKey: signing.key,
    signingAlgorithm: signing.algorithm,
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(alternatives),
    ],
  });
  return { certificate: certificate.toString('pem'), key: pem };
}
