import type { Cloud } from '../cloud.ts';
import { paginate, readBoolean, sortRows, tagMatcher } from '../http/paging.ts';
import { ok, type Answer, type Call } from '../http/service.ts';
import { badRequest, forbidden, policyForbidden } from './errors.ts';
import { checkQuery } from './check.ts';
import { nextPageLinks } from './next-page.ts';
import type { Server } from './rows.ts';
import { listServersQuery } from './server-schemas.ts';
import { serverAddresses, serverSummary, serverView } from './server-view.ts';

type Test = (server: Server) => boolean;

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
};

function regex(text: string, flags = ''): RegExp {
  try {
    return new RegExp(text, flags);
  } catch {
    throw badRequest(`Invalid filter value: ${text} is not a regular expression`);
  }
}

function time(text: string, name: string): number {
  const value = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  if (Number.isNaN(value)) throw badRequest(`Invalid filter field: ${name}.`);
  return value;
}

/** Compares as the database does: it keeps whole seconds. */
const updatedSecond = (server: Server): number => Math.floor(Date.parse(server.updated) / 1000) * 1000;

/** What `status` may be (nova:nova/api/openstack/common.py _STATE_MAP). */
const knownStatuses = new Set([
  ...['ACTIVE', 'REBOOT', 'HARD_REBOOT', 'PASSWORD', 'REBUILD', 'MIGRATING', 'RESIZE', 'BUILD', 'SHUTOFF'],
  ...['VERIFY_RESIZE', 'REVERT_RESIZE', 'PAUSED', 'SUSPENDED', 'RESCUE', 'ERROR', 'DELETED', 'SOFT_DELETED', 'SHELVED'],
  'SHELVED_OFFLOADED',
]);

/** The statuses asked for; undefined if none was. @throws ApiError 400 if Nova knows none of them, 403 for deleted servers */
function readStatuses(call: Call): string[] | undefined {
  if (!call.query.has('status')) return undefined;
  const known = call.query
    .getAll('status')
    .map((status) => status.toUpperCase())
    .filter((status) => knownStatuses.has(status));
  if (known.length === 0 && call.microversion >= 38) throw badRequest('Invalid status value');
  if (known.length === 1 && known[0] === 'DELETED' && !call.who.isAdmin)
    throw forbidden('Only administrators may list deleted instances');
  return known;
}

function tests(cloud: Cloud, call: Call): Test[] {
  const { query } = call;
  const all: Test[] = [];
  const add = (name: string, make: (value: string) => Test): void => {
    const value = query.get(name);
    if (value !== null) all.push(make(value));
  };
  // The database compares names without their case.
  add('name', (value) => {
    const pattern = regex(value, 'i');
    return ({ name }) => pattern.test(name);
  });
  const statuses = readStatuses(call);
  if (statuses) all.push(({ status }) => statuses.includes(status));
  add(
    'image',
    (value) =>
      ({ imageId }) =>
        imageId === value,
  );
  add(
    'flavor',
    (value) =>
      ({ flavor }) =>
        flavor.id === value,
  );
  add(
    'reservation_id',
    (value) =>
      ({ reservationId }) =>
        reservationId === value,
  );
  add('changes-since', (value) => {
    const since = time(value, 'changes-since');
    return (server) => updatedSecond(server) >= since;
  });
  if (call.microversion >= 66) {
    add('changes-before', (value) => {
      const before = time(value, 'changes-before');
      const since = query.get('changes-since');
      if (since !== null && before < time(since, 'changes-since'))
        throw badRequest('The value of changes-since must be less than or equal to changes-before.');
      return (server) => updatedSecond(server) <= before;
    });
  }
  if (call.who.isAdmin || call.microversion >= 83) {
    add(
      'availability_zone',
      (value) =>
        ({ availabilityZone }) =>
          availabilityZone === value,
    );
    add(
      'key_name',
      (value) =>
        ({ keyName }) =>
          keyName === value,
    );
    add(
      'vm_state',
      (value) =>
        ({ vmState }) =>
          vmState === value,
    );
    add(
      'task_state',
      (value) =>
        ({ taskState }) =>
          taskState === value,
    );
    add(
      'power_state',
      (value) =>
        ({ powerState }) =>
          String(powerState) === value,
    );
    add(
      'user_id',
      (value) =>
        ({ userId }) =>
          userId === value,
    );
  }
  if (call.who.isAdmin) {
    add(
      'uuid',
      (value) =>
        ({ id }) =>
          id === value,
    );
    add(
      'host',
      (value) =>
        ({ host }) =>
          host === value,
    );
  }
  // Nova asks Neutron for ports whose address contains the text, and takes it for a regular expression afterwards.
  add('ip', (value) => {
    const pattern = regex(value);
    return (server) =>
      Object.values(serverAddresses(cloud, server)).some((list) =>
        list.some(({ addr }) => addr.includes(value) && pattern.test(addr)),
      );
  });
  if (call.microversion >= 26) {
    const tagged = tagMatcher(query);
    all.push(({ tags }) => tagged(tags));
  }
  if (call.microversion >= 73) {
    add(
      'locked',
      (value) =>
        ({ locked }) =>
          locked === (readBoolean(value) ?? false),
    );
  }
  return all;
}

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
  const wanted = tests(cloud, call);
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
