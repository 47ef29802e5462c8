import { createHash } from 'node:crypto';

/** How a token appears in a log: enough to compare two, useless to an attacker. The form keystoneauth logs. */
export const hashToken = (token: string): string => `{SHA256}${createHash('sha256').update(token).digest('hex')}`;

const SECRET_QUERY = /^(temp_url_sig|signature|sig|token|x-auth-token|password|secret)$/i;
const FERNET = /gAAAA[\w-]{20,}={0,2}/g;

/** The URL without user info and with the values of secret query parameters replaced. */
export const redactUrl = (url: string | URL): string => {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  for (const name of [...copy.searchParams.keys()]) {
    if (SECRET_QUERY.test(name)) copy.searchParams.set(name, 'REDACTED');
  }
  return copy.href;
};

const MAX_TOKENS = 64;
const MIN_LENGTH = 6;

/**
 * Takes known secrets out of text. OpenStack's words can hold them: Keystone answers "Could not find token: <token>".
 * Secrets are added as they come to be known; only the newest 64 tokens are kept, Fernet tokens are also found by form.
 * Secrets shorter than 6 characters are not looked for: taking them out would garble ordinary words.
 */
export class Redactor {
  readonly #secrets = new Set<string>();
  readonly #tokens = new Set<string>();

  /** Knows a password or another secret from now on: shown as `REDACTED`. */
  addSecret(secret: string | undefined): void {
    if (secret !== undefined && secret.length >= MIN_LENGTH) this.#secrets.add(secret);
  }

  /** Knows a token from now on: shown as its hash. */
  addToken(token: string): void {
    if (token.length < MIN_LENGTH) return;
    this.#tokens.add(token);
    const [oldest] = this.#tokens;
    if (this.#tokens.size > MAX_TOKENS && oldest !== undefined) this.#tokens.delete(oldest);
  }

  text(text: string): string {
    let clean = text;
    for (const token of this.#tokens) clean = clean.replaceAll(token, hashToken(token));
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, 'REDACTED');
    return clean.replace(FERNET, (token) => hashToken(token));
  }
}
