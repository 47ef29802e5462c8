import type { Cloud } from '../cloud.ts';
import { readBoolean, tagMatcher } from '../http/paging.ts';
import type { Call } from '../http/service.ts';
import { badRequest, forbidden } from './errors.ts';
import type { Server } from './rows.ts';
import { serverAddresses } from './server-view.ts';

type Test = (server: Server) => boolean;

/** What the database compares as it is (nova:nova/db/main/api.py, exact_match_filter_names). */
const exact: Readonly<Record<string, (server: Server) => string | null>> = {
  image: (server) => server.imageId,
  image_ref: (server) => server.imageId,
  flavor: (server) => server.flavor.id,
  user_id: (server) => server.userId,
  uuid: (server) => server.id,
  host: (server) => server.host,
  vm_state: (server) => server.vmState,
  task_state: (server) => server.taskState,
};

/** As the database keeps a time. */
const column = (time: string | null): string | null => time?.slice(0, 19).replace('T', ' ') ?? null;

/** What the database compares with a regular expression, without regard to case (_regex_instance_filter). */
const patterns: Readonly<Record<string, (server: Server) => string | number | null>> = {
  name: (server) => server.name,
  display_name: (server) => server.name,
  display_description: (server) => server.description,
  reservation_id: (server) => server.reservationId,
  hostname: (server) => server.hostname,
  availability_zone: (server) => server.availabilityZone,
  key_name: (server) => server.keyName,
  power_state: (server) => server.powerState,
  progress: () => 0,
  config_drive: (server) => (server.configDrive ? 'True' : ''),
  created_at: (server) => column(server.created),
  launched_at: (server) => column(server.launchedAt),
  terminated_at: (server) => column(server.deletedAt),
  node: (server) => server.host,
  launch_index: (server) => server.launchIndex,
  locked_by: (server) => (server.locked ? (server.lockedByAdmin ? 'admin' : 'owner') : null),
  root_device_name: () => '/dev/vda',
  access_ip_v4: (server) => (server.accessIPv4 === '' ? null : server.accessIPv4),
  access_ip_v6: (server) => (server.accessIPv6 === '' ? null : server.accessIPv6),
  auto_disk_config: (server) => (server.diskConfig === 'AUTO' ? 1 : 0),
  memory_mb: (server) => server.flavor.ram,
  root_gb: (server) => server.flavor.disk,
  ephemeral_gb: (server) => server.flavor.ephemeral,
  vcpus: (server) => server.flavor.vcpus,
};

/**
 * The filters that are not only the administrator's, and since when (nova:nova/api/openstack/compute/servers.py,
 * _get_server_search_options).
 */
const everybodys: Readonly<Record<string, number>> = {
  ...Object.fromEntries(['reservation_id', 'name', 'image', 'flavor'].map((name) => [name, 0])),
  ...Object.fromEntries(
    [
      ...['availability_zone', 'config_drive', 'key_name', 'created_at', 'launched_at', 'terminated_at'],
      ...['power_state', 'task_state', 'vm_state', 'progress', 'user_id'],
    ].map((name) => [name, 83]),
  ),
  hostname: 90,
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

/**
 * The statuses asked for; undefined if none was. @throws ApiError 400 if Nova knows none of them, 403 for deleted
 * servers
 */
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

/**
 * What a query asks of servers. What is no filter, or not the caller's to use, is of no interest, as it is to Nova.
 * @throws ApiError 400, 403
 */
export function serverTests(cloud: Cloud, call: Call): Test[] {
  const { query, microversion: minor } = call;
  const all: Test[] = [];
  const add = (name: string, make: (value: string) => Test): void => {
    const value = query.get(name);
    if (value !== null) all.push(make(value));
  };
  const statuses = readStatuses(call);
  if (statuses) all.push(({ status }) => statuses.includes(status));
  const mayUse = (name: string): boolean => call.who.isAdmin || minor >= (everybodys[name] ?? Infinity);
  for (const [name, of] of Object.entries(exact).filter(([known]) => mayUse(known)))
    add(name, (value) => (server) => of(server) === value);
  for (const [name, of] of Object.entries(patterns).filter(([known]) => mayUse(known))) {
    add(name, (value) => {
      const pattern = regex(value, 'i');
      return (server) => {
        const actual = of(server);
        return actual !== null && pattern.test(String(actual));
      };
    });
  }
  add('changes-since', (value) => {
    const since = time(value, 'changes-since');
    return (server) => updatedSecond(server) >= since;
  });
  if (minor >= 66) {
    add('changes-before', (value) => {
      const before = time(value, 'changes-before');
      const since = query.get('changes-since');
      if (since !== null && before < time(since, 'changes-since'))
        throw badRequest('The value of changes-since must be less than or equal to changes-before.');
      return (server) => updatedSecond(server) <= before;
    });
  }
  // Nova asks Neutron for ports whose address contains the text, and takes it for a regular expression afterwards.
  for (const name of ['ip', ...(call.who.isAdmin || minor >= 5 ? ['ip6'] : [])]) {
    add(name, (value) => {
      const pattern = regex(value);
      return (server) =>
        Object.values(serverAddresses(cloud, server)).some((list) =>
          list.some(({ addr }) => addr.includes(value) && pattern.test(addr)),
        );
    });
  }
  if (minor >= 26) {
    const tagged = tagMatcher(query);
    all.push(({ tags }) => tagged(tags));
  }
  if (minor >= 73) add('locked', (value) => (server) => server.locked === (readBoolean(value) ?? false));
  return all;
}
