import type { Cloud } from '../cloud.ts';
import { reply, type Answer, type Call } from '../http/service.ts';
import { findContainer } from './access.ts';
import { plainError, swiftError } from './errors.ts';
import { splitPath } from './metadata.ts';
import type { Objects } from './objects.ts';
import type { Container, Link, StoredObject } from './rows.ts';
import { upload } from './uploads.ts';

/** `symloop_max` of /info. */
const mostLevels = 2;
const quoted = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
const pathOf = ({ account, container, name }: Link): string => `/v1/${account}/${quoted(`${container}/${name}`)}`;
const header = (call: Call, name: string): string | undefined => {
  const value = call.headers[name];
  return typeof value === 'string' ? value : undefined;
};

/** What a PUT links to; undefined if it is no link (swift:swift/common/middleware/symlink.py). @throws ApiError */
function targetOf(call: Call, own: Pick<Link, 'account' | 'container' | 'name'>): Link | undefined {
  const text = header(call, 'x-symlink-target');
  if (text === undefined) return undefined;
  if (Buffer.isBuffer(call.body) && call.body.length > 0) {
    throw plainError(400, 'Symlink requests require a zero byte body');
  }
  const form = 'X-Symlink-Target header must be of the form <container name>/<object name>';
  if (/^(\/|%2f)/i.test(text)) throw plainError(412, form);
  const [container, name] = splitPath(text);
  if (container === '' || name === '') throw swiftError(412, form);
  const account = header(call, 'x-symlink-target-account');
  if (account?.includes('/')) throw swiftError(412, 'Account name cannot contain slashes');
  const link = { account: account ?? own.account, isForeign: account !== undefined, container, name };
  if (link.account === own.account && container === own.container && name === own.name) {
    throw plainError(400, 'Symlink cannot target itself');
  }
  const etag = header(call, 'x-symlink-target-etag')?.replace(/^"(.*)"$/, '$1');
  if (etag && /[;"\\]/.test(etag)) throw plainError(400, 'Bad X-Symlink-Target-Etag format');
  return { ...link, ...(etag && { etag }) };
}

/** Stores a link, if that is what a PUT brings. A static one must fit what it links to. @throws ApiError */
export function putLink(
  call: Call,
  cloud: Cloud,
  objects: Objects,
  place: { readonly container: Container; readonly name: string },
): Answer | undefined {
  const { container, name } = place;
  const link = targetOf(call, { account: container.account, container: container.name, name });
  if (!link) return undefined;
  const target = link.etag === undefined ? undefined : staticTarget(call, cloud, objects, link);
  const type = header(call, 'content-type') ?? '';
  const chosen = type === '' ? (target?.contentType ?? 'application/symlink') : type;
  const typed = { ...call, headers: { ...call.headers, 'content-type': chosen } };
  const answer = upload(typed, objects, container, name);
  const row = objects.find(container.account, container.name, name);
  const bytes = target && { bytes: objects.summary(target).bytes };
  if (row) cloud.tables.objects.patch(row, { link: { ...link, ...bytes } });
  return answer;
}

function staticTarget(call: Call, cloud: Cloud, objects: Objects, link: Link): StoredObject {
  const headers = { 'content-type': 'text/plain', 'content-location': pathOf(link) };
  const found = objects.find(link.account, link.container, link.name);
  if (!found) throw swiftError(409, 'X-Symlink-Target does not exist', headers);
  // As the one who links may read it.
  findContainer(cloud, at(call, link), 'read');
  if (found.link?.etag !== undefined && found.link.etag !== link.etag) {
    throw swiftError(409, 'X-Symlink-Target-Etag headers do not match', headers);
  }
  const { row } = found.link?.etag === undefined ? { row: found } : follow(call, cloud, objects, found);
  checkEtag(objects, row, link);
  return row;
}

function checkEtag(objects: Objects, row: StoredObject, { etag, ...link }: Link): void {
  const actual = objects.summary(row).etag.replaceAll('"', '');
  if (etag === undefined || row.link !== undefined || etag === actual) return;
  const text = `Object Etag '${actual}' does not match X-Symlink-Target-Etag header '${etag}'`;
  throw swiftError(409, text, { 'content-type': 'text/plain', 'content-location': pathOf(link) });
}

const at = (call: Call, { account, container }: Link): Call => ({
  ...call,
  params: { ...call.params, account, container },
});

/** What a link leads to, as the caller may read it, and where that is. @throws ApiError 401, 403, 404, 409 */
export function follow(
  call: Call,
  cloud: Cloud,
  objects: Objects,
  first: StoredObject,
): { readonly row: StoredObject; readonly location?: string } {
  let row = first;
  let location: string | undefined;
  for (let level = 0; row.link !== undefined; level += 1) {
    const { link } = row;
    if (level === mostLevels) {
      throw plainError(409, `Too many levels of symbolic links, maximum allowed is ${mostLevels}`);
    }
    location = pathOf(link);
    findContainer(cloud, at(call, link), 'read');
    const next = objects.find(link.account, link.container, link.name);
    if (!next) throw swiftError(404, undefined, { 'content-location': location });
    if (link.etag !== undefined && next.link !== undefined && link.etag !== (next.link.etag ?? next.etag)) {
      const headers = { 'content-type': 'text/plain', 'content-location': location };
      throw swiftError(409, 'X-Symlink-Target-Etag headers do not match', headers);
    }
    checkEtag(objects, next, link);
    row = next;
  }
  return { row, ...(location !== undefined && { location }) };
}

/** What a link says of itself. */
function linkHeaders(link: Link): Record<string, string> {
  return {
    'x-symlink-target': quoted(`${link.container}/${link.name}`),
    ...(link.isForeign && { 'x-symlink-target-account': link.account }),
    ...(link.etag !== undefined && { 'x-symlink-target-etag': link.etag }),
    ...(link.bytes !== undefined && { 'x-symlink-target-bytes': String(link.bytes) }),
  };
}

/** GET and HEAD of a link itself. */
export const readLink = (objects: Objects, row: StoredObject, link: Link): Answer =>
  reply(200, undefined, { ...objects.headers(row), ...linkHeaders(link), 'content-length': '0' });

/** What a listing shows of a link. */
export const listedLink = (link: Link): Record<string, string | number> => ({
  ...(link.etag !== undefined && { symlink_etag: link.etag }),
  ...(link.bytes !== undefined && { symlink_bytes: link.bytes }),
  symlink_path: pathOf(link),
});

/** POST to a link changes the link; the answer says where it leads. */
export const postedToLink = (link: Link): never => {
  const text = 'The requested POST was applied to a symlink. POST directly to the target to apply requested metadata.';
  const { 'x-symlink-target-etag': etag } = linkHeaders(link);
  throw swiftError(307, text, { location: pathOf(link), ...(etag !== undefined && { 'x-symlink-target-etag': etag }) });
};
