import { describe, expect, it } from 'vitest';
import { certificatesIssue } from '../../../model/spec/certificate.ts';
import { CERTIFICATE } from '../../support/certificates.ts';

/** The certificate with one byte of its DER changed, or cut there. */
function spoilt(change: (der: Buffer) => Buffer): string {
  const der = Buffer.from(CERTIFICATE.replaceAll(/-----.*-----|\n/g, ''), 'base64');
  const lines =
    change(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n');
}

describe('certificates in PEM', () => {
  it.each([
    ['one', CERTIFICATE],
    ['several', CERTIFICATE.repeat(3)],
    ['one without a line end', CERTIFICATE.trim()],
    ['one of Windows', CERTIFICATE.replaceAll('\n', '\r\n')],
    ['one with lines of another length', spoilt((der) => der)],
  ])('are taken: %s', (_, text) => expect(certificatesIssue(text)).toBeUndefined());

  it.each([
    ['a comment beside it', `# ours\n${CERTIFICATE}`],
    ['none', ''],
    ['no base64', CERTIFICATE.replace('MII', '!!!')],
    ['another form', CERTIFICATE.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE')],
  ])('are refused: %s', (_, text) => expect(certificatesIssue(text)).toMatch(/must be certificates in PEM/));

  it('are refused wherever they are cut', () => {
    const { length } = Buffer.from(CERTIFICATE.replaceAll(/-----.*-----|\n/g, ''), 'base64');
    const taken = Array.from({ length }, (_, at) => at).filter(
      (at) => certificatesIssue(spoilt((der) => der.subarray(0, at))) === undefined,
    );
    expect(taken).toEqual([]);
  });

  it('are refused when something follows within, or the second is none', () => {
    expect(certificatesIssue(spoilt((der) => Buffer.concat([der, Buffer.from([0])])))).toMatch(/certificate 1 is none/);
    expect(certificatesIssue(CERTIFICATE + spoilt(() => Buffer.from([0x30, 0])))).toMatch(/certificate 2 is none/);
  });
});
