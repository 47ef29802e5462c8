import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { join } from 'node:path';

/** An issuer of OpenID Connect, as far as an API server asks one: its configuration and its keys. */
export interface OidcIssuer {
  readonly url: string;
  /** The authority of its certificate, in PEM. */
  readonly certificateAuthority: string;
  /** A token with these claims, for five minutes. */
  readonly token: (claims: Readonly<Record<string, unknown>>) => string;
  readonly close: () => Promise<void>;
}

const MINUTES = 5;

/** @param authorities folder of `ca.crt`, and of `apiserver.crt` and its key for the loopback */
export async function startOidcIssuer(authorities: string): Promise<OidcIssuer> {
  const read = (name: string) => readFile(join(authorities, name), 'utf8');
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const header = { alg: 'RS256', typ: 'JWT', kid: 'key-1' };
  const key = { ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: header.alg, kid: header.kid };
  let url = '';
  const answers: Readonly<Record<string, () => object>> = {
    '/.well-known/openid-configuration': () => ({
      ...{
        issuer: url,
        jwks_uri: `${url}/keys`,
        authorization_endpoint: `${url}/auth`,
        token_endpoint: `${url}/token`,
      },
      ...{ response_types_supported: ['code'], subject_types_supported: ['public'] },
      id_token_signing_alg_values_supported: [header.alg],
    }),
    '/keys': () => ({ keys: [key] }),
  };
  const server = createServer(
    { cert: await read('apiserver.crt'), key: await read('apiserver.key') },
    (request, response) => {
      const answer = answers[request.url ?? ''];
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer?.() ?? {}));
    },
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  url = `https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    url,
    certificateAuthority: await read('ca.crt'),
    token: (claims) => {
      const now = Math.floor(Date.now() / 1000);
      const signed = `${part(header)}.${part({ iss: url, iat: now, exp: now + MINUTES * 60, ...claims })}`;
      return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
