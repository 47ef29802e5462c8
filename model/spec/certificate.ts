/*
 * Certificates as text, looked at without a library: a specification is read inside workflows, which have none. What is
 * told apart is a certificate from something else, and a whole one from one that was cut or mistyped. Signatures, dates
 * and names are not judged.
 */

const BLOCK = /-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----/g;

/** What is wrong with a text of certificates in PEM (RFC 7468); undefined when it is at least one, and nothing else. */
export function certificatesIssue(text: string): string | undefined {
  const blocks = [...text.matchAll(BLOCK)].map(([, body = '']) => body);
  if (blocks.length === 0 || text.replaceAll(BLOCK, '').trim() !== '')
    return 'must be certificates in PEM, from BEGIN CERTIFICATE to END CERTIFICATE, and nothing else';
  const broken = blocks.findIndex((body) => !isCertificate(decodeBase64(body.replaceAll(/[\r\n]/g, ''))));
  return broken === -1 ? undefined : `certificate ${broken + 1} is none, or was cut`;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Undefined where it is no base64 (RFC 4648, section 4). */
function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const digits = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 6) / 8));
  let [bits, held, at] = [0, 0, 0];
  for (const digit of digits) {
    bits = ((bits << 6) | ALPHABET.indexOf(digit)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at++] = (bits >> held) & 0xff;
  }
  return bytes;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
/** Version 2 and 3 say so first. */
const VERSION = 0xa0;
/** Serial number, algorithm, issuer, validity, subject and public key, as every certificate has them. */
const SIGNED = [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE];

/** Whether these bytes have the outer form of an X.509 certificate, to the last byte (RFC 5280, section 4.1). */
function isCertificate(bytes: Uint8Array | undefined): boolean {
  if (bytes === undefined) return false;
  const [whole, ...after] = elements(bytes) ?? [];
  if (whole?.tag !== SEQUENCE || after.length > 0) return false;
  const [signed, algorithm, signature, ...more] = elements(whole.content) ?? [];
  if (signed?.tag !== SEQUENCE || algorithm?.tag !== SEQUENCE || signature?.tag !== BIT_STRING) return false;
  const tags = (elements(signed.content) ?? []).map(({ tag }) => tag);
  const fields = tags[0] === VERSION ? tags.slice(1) : tags;
  return more.length === 0 && SIGNED.every((tag, index) => fields[index] === tag);
}

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** A level of DER (X.690), whose last element must end where the bytes do; undefined where it is none. */
function elements(bytes: Uint8Array): Element[] | undefined {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const [tag, first] = [bytes[at], bytes[at + 1]];
    if (tag === undefined || first === undefined) return undefined;
    const long = first < 0x80 ? 0 : first - 0x80;
    // A length of its own form, or one of more than three bytes: no certificate has it.
    if (first === 0x80 || long > 3) return undefined;
    const start = at + 2 + long;
    const length = long === 0 ? first : bytes.slice(at + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
    if (start + length > bytes.length) return undefined;
    found.push({ tag, content: bytes.slice(start, start + length) });
    at = start + length;
  }
  return found;
}
