import { createHmac, timingSafeEqual } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import type { Cloud } from '../cloud.ts';
import type { Answer, Call, Handler } from '../http/service.ts';
import { plainError, swiftError } from './errors.ts';
import { splitPath } from './metadata.ts';

/** How long a hexadecimal signature of each digest is. */
const lengths: Readonly<Record<number, string>> = { 40: 'sha1', 64: 'sha256', 128: 'sha512' };
/** What would let an upload point to what its URL does not give. */
const disallowed = ['x-object-manifest', 'x-symlink-target'];
/** What the holder of a key may sign: everything in the account, or in one container. */
type Scope = 'account' | 'container';

const invalid = () => swiftError(401, '401 Unauthorized: Temp URL invalid\n');

/** Python's `urllib.parse.quote`. */
const quote = (text: string, safe: string): string =>
  Array.from(text)
    .map((char) => (safe.includes(char) || /[\w.~-]/.test(char) ? char : percent(char)))
    .join('');
const percent = (char: string): string =>
  Array.from(Buffer.from(char), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
const disposition = (kind: string, name: string): string =>
  `${kind}; filename="${quote(name, ' /')}"; filename*=UTF-8''${quote(name, '/')}`;

/** The algorithm and hexadecimal digits of a signature, in either form that Swift takes. @throws ApiError 401 */
function readSignature(text: string): [algorithm: string, digest: string] {
  const [algorithm = '', rest] = text.split(/:(.*)/s);
  const found: [string | undefined, string] =
    rest === undefined ? [lengths[text.length], text] : [algorithm, Buffer.from(rest, 'base64').toString('hex')];
  const [name, digest] = found;
  if (name === undefined || !Object.values(lengths).includes(name) || !/^[0-9a-f]+$/i.test(digest)) throw invalid();
  return [name, digest.toLowerCase()];
}

/** When a URL ends, in seconds since the epoch; 0 if it has ended, or is none. */
function readExpiry(text: string): number {
  const seconds = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Date.parse(text) / 1000;
  return Number.isNaN(seconds) || seconds < Date.now() / 1000 ? 0 : seconds;
}

function checkAddress(range: string, address: string): void {
  const [net = '', prefix] = range.split('/');
  const allowed = new BlockList();
  const family = isIPv6(net) ? 'ipv6' : 'ipv4';
  try {
    if (prefix === undefined) allowed.addAddress(net, family);
    else allowed.addSubnet(net, Number(prefix), family);
  } catch {
    throw invalid();
  }
  if (!allowed.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) throw invalid();
}

/** The keys that an account and a container have. */
function keysOf(cloud: Cloud, account: string, container: string): [key: string, scope: Scope][] {
  const values = (headers: Readonly<Record<string, string>> | undefined, prefix: string): string[] =>
    ['temp-url-key', 'temp-url-key-2'].flatMap((name) => headers?.[`${prefix}-meta-${name}`] ?? []);
  const { accounts, containers } = cloud.tables;
  return [
    ...values(accounts.get(account)?.headers, 'x-account').map((key): [string, Scope] => [key, 'account']),
    ...values(containers.get(`${account}/${container}`)?.headers, 'x-container').map((key): [string, Scope] => [
      key,
      'container',
    ]),
  ];
}

/** Whose signature a URL has. @throws ApiError 401 when it has none that is good */
function scopeOf(cloud: Cloud, call: Call, name: string, expires: number): Scope {
  const { account = '', container = '' } = call.params;
  const [algorithm, digest] = readSignature(call.query.get('temp_url_sig') ?? '');
  const range = call.query.get('temp_url_ip_range');
  if (range !== null && range !== '') checkAddress(range, call.clientAddress);
  const prefix = call.query.get('temp_url_prefix');
  if (prefix !== null && !name.startsWith(prefix)) throw invalid();
  const path = prefix === null ? `/v1/${account}/${container}/${name}` : `prefix:/v1/${account}/${container}/${prefix}`;
  // Who may get or put something may look at it.
  const methods = call.method === 'HEAD' ? ['HEAD', 'GET', 'POST', 'PUT'] : [call.method];
  for (const [key, scope] of keysOf(cloud, account, container)) {
    for (const method of methods) {
      const parts = [...(range ? [`ip=${range}`] : []), method, String(expires), path];
      const wanted = createHmac(algorithm, key).update(parts.join('\n')).digest();
      const given = Buffer.from(digest, 'hex');
      if (given.length === wanted.length && timingSafeEqual(given, wanted)) return scope;
    }
  }
  throw invalid();
}

/**
 * What Swift adds to what is read through a temporary URL: how to keep it, and until when; it hides metadata that is
 * not public.
 */
function dressed(answer: Answer, call: Call, name: string, expires: number): Answer {
  const shown = Object.entries(answer.headers ?? {}).filter(
    ([header]) => !header.startsWith('x-object-meta-') || header.startsWith('x-object-meta-public-'),
  );
  const headers = Object.fromEntries(shown);
  if (!['GET', 'HEAD'].includes(call.method) || answer.status >= 300) return { ...answer, headers };
  const filename = call.query.get('filename') ?? '';
  const basename = name.replace(/\/+$/, '').split('/').at(-1) ?? '';
  const kept = headers['content-disposition'];
  const inline = filename === '' ? 'inline' : disposition('inline', filename);
  const saved = filename === '' ? (kept ?? disposition('attachment', basename)) : disposition('attachment', filename);
  const chosen = call.query.has('inline') ? inline : saved;
  const ends = new Date(expires * 1000).toUTCString();
  return { ...answer, headers: { ...headers, 'content-disposition': chosen, expires: ends } };
}

/**
 * Lets in whoever has a URL that a holder of the account's or the container's key has signed for one method, one object
 * or all with a prefix, and a time (swift:swift/common/middleware/tempurl.py).
 */
export function withTemporaryUrls(cloud: Cloud, nameIn: (call: Call) => string, handler: Handler): Handler {
  return async (call) => {
    const { query, params, headers } = call;
    if (!query.has('temp_url_sig') && !query.has('temp_url_expires')) return handler(call);
    const expires = readExpiry(query.get('temp_url_expires') ?? '');
    const name = nameIn(call);
    if (expires === 0 || name.replaceAll('/', '') === '') throw invalid();
    const scope = scopeOf(cloud, call, name, expires);
    const isSafe = ['GET', 'HEAD'].includes(call.method);
    const refused = isSafe ? undefined : disallowed.find((header) => headers[header] !== undefined);
    if (refused !== undefined) {
      const shown = refused.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
      throw plainError(400, `The header '${shown}' is not allowed in this tempurl`);
    }
    const source = headers['x-copy-from'];
    if (scope === 'container' && typeof source === 'string' && splitPath(source)[0] !== params['container']) {
      throw swiftError(401);
    }
    // Nothing else of the query counts, and nobody else than who signed asks.
    const projectId = (params['account'] ?? '').replace(/^AUTH_/, '');
    const asked: Call = { ...call, query: new URLSearchParams(), who: { ...call.who, projectId, isSigned: true } };
    return dressed(await handler(asked), call, name, expires);
  };
}
