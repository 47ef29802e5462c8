import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { noContent, ok, type Call, type Service } from '../http/service.ts';
import { takesBySchema } from '../http/takes.ts';
import { omit } from '../store/omit.ts';
import { now } from '../store/time.ts';
import { checkBody } from './check.ts';
import { badRequest, forbidden, notFound } from './errors.ts';
import type { Server } from './rows.ts';
import { metadataBody, metadataItemBody } from './server-schemas.ts';
import { findServer, requireUnlocked, requireVmState } from './servers.ts';

const map = z.record(z.string(), z.string());
const missing = () => notFound('Metadata item was not found');
const settled = ['active', 'paused', 'suspended', 'stopped'];

/** `/servers/<id>/metadata` */
export function serverMetadataRoutes(service: Service, cloud: Cloud): void {
  const change = (call: Call, server: Server, metadata: Record<string, string>): void => {
    requireUnlocked(call, server);
    requireVmState(server, 'update metadata', settled);
    const limit = cloud.limits('compute', server.projectId)['metadata_items'] ?? -1;
    if (limit >= 0 && Object.keys(metadata).length > limit)
      throw forbidden(`Maximum number of metadata items exceeds ${limit}`);
    cloud.tables.servers.patch(server, { metadata, updated: now() });
  };
  const path = '/v2.1/servers/:id/metadata';
  service.get(path, (call) => ok({ metadata: findServer(cloud, call).metadata }));
  service.get(`${path}/:key`, (call) => {
    const { metadata } = findServer(cloud, call);
    const key = call.params['key'] ?? '';
    const value = metadata[key];
    if (value === undefined) throw missing();
    return ok({ meta: { [key]: value } });
  });
  for (const [method, keep] of [
    ['POST', true],
    ['PUT', false],
  ] as const) {
    service.route(
      method,
      path,
      (call) => {
        checkBody(metadataBody, call.body);
        const { metadata } = z.object({ metadata: map }).parse(call.body);
        const server = findServer(cloud, call);
        change(call, server, keep ? { ...server.metadata, ...metadata } : metadata);
        return ok({ metadata: server.metadata });
      },
      { takes: takesBySchema(metadataBody) },
    );
  }
  service.put(`${path}/:key`, takesBySchema(metadataItemBody), (call) => {
    checkBody(metadataItemBody, call.body);
    const { meta } = z.object({ meta: map }).parse(call.body);
    const server = findServer(cloud, call);
    if (meta[call.params['key'] ?? ''] === undefined) throw badRequest('Request body and URI mismatch');
    change(call, server, { ...server.metadata, ...meta });
    return ok({ meta });
  });
  service.delete(`${path}/:key`, (call) => {
    const server = findServer(cloud, call);
    const key = call.params['key'] ?? '';
    if (server.metadata[key] === undefined) throw missing();
    requireUnlocked(call, server);
    requireVmState(server, 'delete metadata', settled);
    cloud.tables.servers.patch(server, { metadata: omit(server.metadata, key), updated: now() });
    return noContent();
  });
}
