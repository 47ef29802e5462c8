import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { accepted, created, noContent, ok, type Call, type Service } from '../http/service.ts';
import { buildAll } from './build.ts';
import { defined, lbOf } from './children.ts';
import { notFound } from './errors.ts';
import { findRow, inner, listRows } from './kit.ts';
import { beginUpdate, requireMutable } from './life.ts';
import type { L7Policy, L7Rule, Member, Pool } from './rows.ts';
import { memberSchema, ruleSchema, updateSchemas } from './schemas.ts';
import type { Views } from './views.ts';

const batchBody = z.looseObject({ members: z.array(memberSchema) });

/** `/v2/lbaas/pools/<pool>/members`, one at a time and as a batch. */
export function memberRoutes(service: Service, cloud: Cloud, views: Views): void {
  const { members, pools } = cloud.tables;
  const path = '/v2/lbaas/pools/:pool/members';
  const poolOf = (call: Call): Pool => findRow(call, pools, 'Pool', 'pool');
  const find = (call: Call): Member => {
    const row = findRow(call, members, 'Member');
    if (row.poolId !== poolOf(call).id) throw notFound('Member', row.id);
    return row;
  };
  service.get(path, (call) =>
    listRows(call, 'members', members.by('pool', poolOf(call).id), (row) => views.member(row)),
  );
  service.post(path, (call) => {
    const pool = poolOf(call);
    const spec = service.parse(memberSchema, inner(call, 'member'));
    const lb = lbOf(cloud, pool);
    requireMutable(lb);
    const row = buildAll(cloud, lb, (make) => make.member(pool, spec));
    beginUpdate(cloud, lb);
    return created({ member: views.member(row) });
  });
  service.put(path, (call) => {
    const pool = poolOf(call);
    const wanted = service.parse(batchBody, call.body).members;
    const lb = lbOf(cloud, pool);
    requireMutable(lb);
    const key = ({ address, protocol_port }: Pick<Member, 'address' | 'protocol_port'>) =>
      `${address}|${protocol_port}`;
    const known = new Map(members.by('pool', pool.id).map((row) => [key(row), row]));
    const kept = new Set(wanted.map(key));
    buildAll(cloud, lb, (make) => {
      for (const spec of wanted) if (!known.has(key(spec))) make.member(pool, spec);
    });
    for (const spec of wanted) {
      const row = known.get(key(spec));
      if (!row) continue;
      const { name, weight, backup, admin_state_up, tags } = spec;
      members.patch(row, { name, weight, backup, admin_state_up, tags, provisioning_status: 'PENDING_UPDATE' });
    }
    const additive = (call.query.get('additive_only') ?? 'false').toLowerCase() === 'true';
    if (!additive) for (const [id, row] of known) if (!kept.has(id)) row.provisioning_status = 'PENDING_DELETE';
    beginUpdate(cloud, lb);
    return accepted();
  });
  service.get(`${path}/:id`, (call) => ok({ member: views.member(find(call)) }));
  service.put(`${path}/:id`, (call) => {
    const row = find(call);
    const changes = defined(service.parse(updateSchemas.member, inner(call, 'member')));
    const lb = lbOf(cloud, row);
    requireMutable(lb);
    members.patch(row, { ...changes, provisioning_status: 'PENDING_UPDATE' });
    beginUpdate(cloud, lb);
    return ok({ member: views.member(row) });
  });
  service.delete(`${path}/:id`, (call) => {
    const row = find(call);
    const lb = lbOf(cloud, row);
    requireMutable(lb);
    row.provisioning_status = 'PENDING_DELETE';
    beginUpdate(cloud, lb);
    return noContent();
  });
}

/** `/v2/lbaas/l7policies/<policy>/rules` */
export function ruleRoutes(service: Service, cloud: Cloud, views: Views): void {
  const { l7Policies, l7Rules } = cloud.tables;
  const path = '/v2/lbaas/l7policies/:policy/rules';
  const policyOf = (call: Call): L7Policy => findRow(call, l7Policies, 'L7 Policy', 'policy');
  const find = (call: Call): L7Rule => {
    const row = findRow(call, l7Rules, 'L7 Rule');
    if (row.policyId !== policyOf(call).id) throw notFound('L7 Rule', row.id);
    return row;
  };
  service.get(path, (call) =>
    listRows(call, 'rules', l7Rules.by('policy', policyOf(call).id), (row) => views.rule(row)),
  );
  service.post(path, (call) => {
    const policy = policyOf(call);
    const spec = service.parse(ruleSchema, inner(call, 'rule'));
    const lb = lbOf(cloud, policy);
    requireMutable(lb);
    const row = buildAll(cloud, lb, (make) => make.rule(policy, spec));
    beginUpdate(cloud, lb);
    return created({ rule: views.rule(row) });
  });
  service.get(`${path}/:id`, (call) => ok({ rule: views.rule(find(call)) }));
  service.put(`${path}/:id`, (call) => {
    const row = find(call);
    const changes = defined(service.parse(updateSchemas.rule, inner(call, 'rule')));
    const lb = lbOf(cloud, row);
    requireMutable(lb);
    l7Rules.patch(row, { ...changes, provisioning_status: 'PENDING_UPDATE' });
    beginUpdate(cloud, lb);
    return ok({ rule: views.rule(row) });
  });
  service.delete(`${path}/:id`, (call) => {
    const row = find(call);
    const lb = lbOf(cloud, row);
    requireMutable(lb);
    row.provisioning_status = 'PENDING_DELETE';
    beginUpdate(cloud, lb);
    return noContent();
  });
}
