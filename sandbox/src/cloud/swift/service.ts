import type { Cloud } from '../cloud.ts';
import { ok, Service } from '../http/service.ts';
import { accountRoutes } from './account.ts';
import { containerRoutes } from './containers.ts';
import { pageType, swiftDialect, swiftError } from './errors.ts';
import { info } from './info.ts';
import { objectRoutes } from './object-routes.ts';
import { Objects } from './objects.ts';

/** Swift v1 under `/object-store`. */
export function createSwift(cloud: Cloud): Service {
  const service = new Service('object-store', '/object-store', swiftDialect, { raw: true, guarded: false });
  const objects = new Objects(cloud);
  const open = { open: true } as const;
  service.before = (call) => {
    // Nothing is unpacked here, whatever its format.
    if (call.method === 'PUT' && call.query.has('extract-archive')) throw swiftError(400, 'Unsupported archive format');
    const id = transactionId(call.requestId);
    return { 'x-trans-id': id, 'x-openstack-request-id': id };
  };
  service.get('/info', () => ok(info, { 'content-type': 'application/json; charset=UTF-8' }), open);
  service.get('/healthcheck', () => ok('OK', { 'content-type': 'text/plain' }), open);
  service.get(
    '/v1',
    () => {
      throw swiftError(412, 'Bad URL');
    },
    open,
  );
  for (const path of ['/v1/:account', '/v1/:account/:container', '/v1/:account/:container/*']) {
    service.route('OPTIONS', path, () => ok(undefined, { 'content-type': pageType }), open);
  }
  accountRoutes(service, cloud, objects);
  containerRoutes(service, cloud, objects);
  objectRoutes(service, cloud, objects);
  return service;
}

/** Swift names requests its own way, by the time too: swift:common/utils/__init__.py, generate_trans_id. */
function transactionId(requestId: string): string {
  const chance = requestId.slice('req-'.length).replaceAll('-', '').slice(0, 21);
  const seconds = Math.floor(Date.now() / 1000);
  return `tx${chance}-${seconds.toString(16).padStart(10, '0')}`;
}
