import type { Cloud } from '../cloud.ts';
import { accepted, type Answer, type Call } from '../http/service.ts';
import { readBoolean } from '../http/paging.ts';
import { type MemberBody, memberCreate } from './bodies.ts';
import { allOrNone, checkQuota, hasTwins, newChild } from './create.ts';
import { fault, invalidOption, notThere, validation } from './errors.ts';
import { beginUpdate, mark, requireMutable } from './life.ts';
import { lbOf, listenersOf, monitorOf } from './relations.ts';
import type { Member, Pool } from './rows.ts';
import { list, may, readWhole, record } from './wsme.ts';

/** 400 unless the address may be a member's, on a subnet that the caller can see. */
export function checkMember(cloud: Cloud, call: Call, body: Pick<MemberBody, 'address' | 'subnet_id'>): void {
  if (body.address === '169.254.169.254') throw invalidOption(body.address, 'member address');
  if (!body.subnet_id) return;
  const { networks, subnets } = cloud.tables;
  const network = networks.get(subnets.get(body.subnet_id)?.network_id ?? '');
  if (!network || (network.project_id !== call.who.projectId && !network.shared && !call.who.isAdmin))
    throw notThere('Subnet', body.subnet_id);
}

/**
 * Makes a member.
 * @param status - its operating status until it is ACTIVE; default: by whether the pool has a monitor
 */
export function makeMember(cloud: Cloud, pool: Pool, body: MemberBody, status?: string): Member {
  const { members } = cloud.tables;
  if (body.request_sriov) throw fault(400, 'The load balancer flavor does not allow SR-IOV member ports.');
  const isTwin = members
    .by('pool', pool.id)
    .some((one) => one.address === body.address && one.protocol_port === body.protocol_port);
  if (isTwin || hasTwins(body.tags))
    throw fault(
      409,
      `Another member on this pool is already using ip ${body.address} on protocol_port ${body.protocol_port}`,
    );
  return members.insert({
    ...newChild(body, lbOf(cloud, pool)),
    operating_status: status ?? (monitorOf(cloud, pool) ? 'OFFLINE' : 'NO_MONITOR'),
    poolId: pool.id,
    address: body.address,
    protocol_port: body.protocol_port,
    subnet_id: body.subnet_id ?? null,
    weight: body.weight ?? 1,
    backup: body.backup ?? false,
    monitor_address: body.monitor_address ?? null,
    monitor_port: body.monitor_port ?? null,
  });
}

const batch = record({ members: may(list(memberCreate)) });

/**
 * `PUT …/members`: makes the members of a pool what the body says; those it does not name go, unless `additive_only`.
 */
export function replaceMembers(cloud: Cloud, call: Call, pool: Pool): Answer {
  const { members } = cloud.tables;
  const wanted = readWhole(call.body, 'members_', batch)?.members;
  if (wanted === null || wanted === undefined)
    throw fault(500, `'${wanted === null ? 'NoneType' : 'UnsetType'}' object is not iterable`);
  const additive = readBoolean(call.query.get('additive_only')) ?? false;
  const lb = lbOf(cloud, pool);
  requireMutable(pool, 'Pool');
  requireMutable(lb);
  const key = (one: { readonly address: string; readonly protocol_port: number }) =>
    `${one.address}|${one.protocol_port}`;
  const known = new Map(members.by('pool', pool.id).map((row) => [key(row), row]));
  const named = new Set(wanted.map(key));
  const fresh = wanted.filter((body) => !known.has(key(body)));
  const updates = wanted.flatMap((body) => {
    const row = known.get(key(body));
    return row ? [{ row, body }] : [];
  });
  if (new Set(updates.map(({ row }) => row.id)).size < updates.length)
    throw validation('Member must be updated only once in the same request.');
  const rest = [...known].filter(([id]) => !named.has(id)).map(([, row]) => row);
  if (fresh.length === 0 && updates.length === 0 && rest.length === 0) return accepted();
  const more = fresh.length - (additive ? 0 : rest.length);
  if (more > 0) checkQuota(cloud, lb.project_id, 'member', more);
  allOrNone(cloud, lb, () => {
    for (const body of fresh) {
      checkMember(cloud, call, body);
      makeMember(cloud, pool, body);
    }
  });
  for (const { row, body } of updates) {
    members.patch(row, {
      weight: body.weight ?? 1,
      backup: body.backup ?? false,
      admin_state_up: body.admin_state_up ?? false,
      monitor_address: body.monitor_address ?? null,
      monitor_port: body.monitor_port ?? null,
      ...(body.name !== undefined && { name: body.name }),
      ...(body.subnet_id !== undefined && { subnet_id: body.subnet_id }),
      ...(body.tags && { tags: body.tags }),
    });
    mark(row, 'PENDING_UPDATE');
  }
  if (!additive) for (const row of rest) mark(row, 'PENDING_DELETE');
  beginUpdate(cloud, lb, [pool, ...listenersOf(cloud, pool)]);
  return accepted();
}
