import type { Cloud } from '../cloud.ts';
import { noContent, reply, type Answer, type Call, type Handler, type Service } from '../http/service.ts';
import type { Takes } from '../http/takes.ts';
import { now } from '../store/time.ts';
import { checkAccess, findContainer, type Wish } from './access.ts';
import { deleteMany, type Doomed } from './bulk.ts';
import { copy, placeIn } from './copies.ts';
import { acceptedPage, pageType, plainError, swiftError } from './errors.ts';
import { checkMetadata, deleteAt } from './metadata.ts';
import { newObjectTakes, objectTakes, type Objects } from './objects.ts';
import { read } from './reads.ts';
import type { Container, StoredObject } from './rows.ts';
import { follow, postedToLink, putLink, readLink } from './symlinks.ts';
import { withTemporaryUrls } from './temporary-urls.ts';
import { upload } from './uploads.ts';

const open = { open: true } as const;

/** The name of the object that a path ends with. */
function nameIn(call: Call): string {
  const [, , , , ...rest] = call.path.split('/');
  return decodeURIComponent(rest.join('/'));
}

/** `/v1/<account>/<container>/<object>` */
export function objectRoutes(service: Service, cloud: Cloud, objects: Objects): void {
  const path = '/v1/:account/:container/*';
  const route = (method: string, handler: Handler, takes?: Takes): void => {
    const options = takes === undefined ? open : { ...open, takes };
    service.route(method, path, withTemporaryUrls(cloud, nameIn, handler), options);
  };
  const look = (call: Call, wish: Wish): StoredObject | undefined => {
    const { account, name } = findContainer(cloud, call, wish);
    return objects.find(account, name, nameIn(call));
  };
  const find = (call: Call, wish: Wish): StoredObject => {
    const row = look(call, wish);
    if (!row) throw swiftError(404);
    return row;
  };
  const get = (call: Call): Answer => {
    const row = look(call, 'read');
    if (row?.link && call.query.get('symlink') === 'get') return readLink(objects, row, row.link);
    if (row?.link) {
      const { row: target, location = '' } = follow(call, cloud, objects, row);
      const answer = read(call, objects, target);
      return { ...answer, headers: { ...answer.headers, 'content-location': location } };
    }
    if (row) return read(call, objects, row);
    // A condition on an object that is not there fails before anything else.
    if (call.headers['if-match'] === '*') return reply(412, undefined, { 'content-type': pageType });
    throw swiftError(404);
  };
  /** A copy of a link is one of what it leads to, unless the link itself is asked for. */
  const copyOf = (call: Call, source: StoredObject | undefined, to: Container, name: string): Answer => {
    if (!source?.link) return copy(call, objects, source, to, name);
    if (call.query.get('symlink') !== 'get') {
      return copy(call, objects, follow(call, cloud, objects, source).row, to, name);
    }
    const answer = copy(call, objects, source, to, name);
    const row = objects.find(to.account, to.name, name);
    if (row) cloud.tables.objects.patch(row, { link: source.link });
    return answer;
  };
  route('GET', get);
  route('HEAD', get);
  route(
    'PUT',
    (call) => {
      const container = findContainer(cloud, call, 'write');
      const name = nameIn(call);
      if (call.headers['x-copy-from'] === undefined) {
        return putLink(call, cloud, objects, { container, name }) ?? upload(call, objects, container, name);
      }
      const source = objects.find(container.account, ...placeIn(call, 'X-Copy-From'));
      return copyOf(call, source, container, name);
    },
    [...objectTakes, ...newObjectTakes],
  );
  service.route(
    'COPY',
    path,
    (call) => {
      const source = look(call, 'read');
      const [container, name] = placeIn(call, 'Destination');
      if (!source) throw swiftError(404);
      const to = findContainer(cloud, { ...call, params: { ...call.params, container } }, 'write');
      return copyOf(call, source, to, name);
    },
    open,
  );
  route(
    'POST',
    (call) => {
      const { account, name } = findContainer(cloud, call, 'write');
      if (call.headers['x-symlink-target'] !== undefined) {
        throw plainError(400, 'A PUT request is required to set a symlink target');
      }
      checkMetadata(call, 'object');
      const row = objects.find(account, name, nameIn(call));
      if (!row) throw swiftError(404);
      const type = call.headers['content-type'];
      cloud.tables.objects.patch(row, {
        headers: objects.headersFrom(call),
        deleteAt: deleteAt(call),
        modified: now(),
        ...(type !== undefined && type !== '' && { contentType: type }),
      });
      return row.link ? postedToLink(row.link) : acceptedPage();
    },
    objectTakes,
  );
  route('DELETE', (call) => {
    if (call.query.get('multipart-manifest') === 'delete') {
      checkAccess(call, call.params['account'] ?? '', 'own');
      return deleteMany(call, cloud, objects, segmentsAt(call, objects));
    }
    objects.remove(find(call, 'write'));
    return noContent();
  });
}

/** A large object and all that it is made of. */
function segmentsAt(call: Call, objects: Objects): Doomed[] {
  const { account = '', container = '' } = call.params;
  const name = nameIn(call);
  const row = objects.find(account, container, name);
  const own = `/${container}/${name}`;
  if (row && row.segments === null) return [{ path: own, problem: 'Not an SLO manifest' }];
  return [...(row?.segments ?? []).map((segment) => ({ path: segment.name })), { path: own }];
}
