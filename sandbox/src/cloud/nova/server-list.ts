import type { Cloud } from '../cloud.ts';
import { paginate, readBoolean, sortRows } from '../http/paging.ts';
import { ok, type Answer, type Call } from '../http/service.ts';
import { badRequest, policyForbidden } from './errors.ts';
import { checkQuery } from './check.ts';
import { nextPageLinks } from './next-page.ts';
import type { Server } from './rows.ts';
import { serverTests } from './server-filters.ts';
import { listServersQuery } from './server-schemas.ts';
import { serverSummary, serverView } from './server-view.ts';

const sortFields: Readonly<Record<string, keyof Server>> = {
  created_at: 'created',
  updated_at: 'updated',
  display_name: 'name',
  uuid: 'id',
  host: 'host',
  vm_state: 'vmState',
  task_state: 'taskState',
  power_state: 'powerState',
  launched_at: 'launchedAt',
  key_name: 'keyName',
  project_id: 'projectId',
  user_id: 'userId',
  access_ip_v4: 'accessIPv4',
  access_ip_v6: 'accessIPv6',
  availability_zone: 'availabilityZone',
  config_drive: 'configDrive',
  display_description: 'description',
  hostname: 'hostname',
  image_ref: 'imageId',
  launch_index: 'launchIndex',
  locked: 'locked',
  node: 'host',
  terminated_at: 'deletedAt',
};

function candidates(cloud: Cloud, call: Call): Server[] {
  const { servers } = cloud.tables;
  const { query, who } = call;
  const owner = query.get('project_id') ?? query.get('tenant_id');
  const everywhere =
    query.has('all_tenants') && (readBoolean(query.get('all_tenants')) ?? query.get('all_tenants') === '');
  if (everywhere && !who.isAdmin)
    throw policyForbidden(
      `os_compute_api:servers:${call.path.endsWith('detail') ? 'detail' : 'index'}:get_all_tenants`,
    );
  const project = everywhere ? owner : who.isAdmin && owner !== null ? owner : who.projectId;
  const onlyGone = readBoolean(query.get('deleted')) === true && who.isAdmin;
  const withGone = query.has('changes-since') || query.get('status')?.toUpperCase() === 'DELETED' || onlyGone;
  const mine = (server: Server): boolean => project === null || server.projectId === project;
  const tag = call.microversion >= 26 ? query.get('tags')?.split(',')[0] : undefined;
  if (tag !== undefined && !withGone) return servers.by('tag', tag).filter(mine);
  const alive =
    project === null ? servers.all().filter(({ deletedAt }) => deletedAt === null) : servers.by('project', project);
  if (!withGone) return alive;
  const gone = servers.by('gone', 'yes').filter(mine);
  return onlyGone || query.get('status')?.toUpperCase() === 'DELETED' ? gone : [...alive, ...gone];
}

/** `GET /servers` and `GET /servers/detail`. Newest first; at most 1,000 a page, whatever `limit` says. */
export function listServers(cloud: Cloud, call: Call, detail: boolean): Answer {
  checkQuery(listServersQuery(call.microversion), call);
  const wanted = serverTests(cloud, call);
  const found = candidates(cloud, call).filter((server) => wanted.every((test) => test(server)));
  const keys = call.query.getAll('sort_key').flatMap((key, position) => {
    const field = sortFields[key];
    return field === undefined
      ? []
      : [{ key: field, descending: (call.query.getAll('sort_dir')[position] ?? 'desc') === 'desc' }];
  });
  const newest = found.reverse();
  const rows = keys.length > 0 ? sortRows(newest, keys) : sortRows(newest, [{ key: 'created', descending: true }]);
  const limitText = call.query.get('limit');
  const limit = Math.min(limitText === null ? cloud.computeMaxLimit : Number(limitText), cloud.computeMaxLimit);
  const marker = call.query.get('marker') ?? undefined;
  const slice = paginate(rows, { limit, marker });
  if (!slice) throw badRequest(`marker [${marker ?? ''}] not found`);
  const last = slice.items.at(-1);
  // Nova offers a next page whenever this one is full, even if nothing follows.
  const more = last !== undefined && slice.items.length === limit;
  if (detail) for (const server of slice.items) cloud.transitions.wasRead(server, call.who.projectId);
  return ok({
    servers: slice.items.map((server) =>
      detail ? serverView(cloud, call, server, false) : serverSummary(call, server),
    ),
    ...(more && {
      servers_links: nextPageLinks(call, last.id),
    }),
  });
}
