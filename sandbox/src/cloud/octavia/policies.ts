import type { Cloud } from '../cloud.ts';
import type { PolicyBody, PolicyChanges } from './bodies.ts';
import { hasTwins, newChild } from './create.ts';
import { alreadyThere, fault, noChildren, notFound } from './errors.ts';
import { requireFitting } from './listeners.ts';
import { lbOf, orderPolicies, policiesOf } from './relations.ts';
import type { L7Policy, Listener } from './rows.ts';

type Redirect = Pick<L7Policy, 'redirect_pool_id' | 'redirect_url' | 'redirect_prefix' | 'redirect_http_code'>;
type Action = PolicyBody['action'];
interface Wanted extends Partial<{ [K in keyof Redirect]: Redirect[K] | undefined }> {
  readonly action?: Action | null | undefined;
}

const badArguments = (message: string) => fault(400, `Invalid L7 Policy arguments: ${message}`);

/**
 * Where a policy leads after a request: what is given decides about the action, and what does not go with it is cleared
 * (octavia:octavia/common/validate.py, `sanitize_l7policy_api_args`).
 */
function redirectOf(wanted: Wanted): Partial<Redirect> & { action?: Action } {
  const { redirect_pool_id: pool, redirect_url: url, redirect_prefix: prefix } = clearedFor(wanted);
  if (pool && (url || prefix))
    throw badArguments('Cannot specify redirect_pool_id and redirect_url or redirect_prefix at the same time');
  const code = wanted.redirect_http_code ?? 302;
  const nothing = { redirect_pool_id: null, redirect_url: null, redirect_prefix: null, redirect_http_code: null };
  if (pool) return { ...nothing, action: 'REDIRECT_TO_POOL', redirect_pool_id: pool };
  if (prefix) return { ...nothing, action: 'REDIRECT_PREFIX', redirect_prefix: prefix, redirect_http_code: code };
  if (url) return { ...nothing, action: 'REDIRECT_TO_URL', redirect_url: url, redirect_http_code: code };
  if (wanted.action === 'REJECT') return { ...nothing, action: 'REJECT' };
  return wanted.redirect_http_code === undefined ? {} : { redirect_http_code: wanted.redirect_http_code };
}

function clearedFor(wanted: Wanted): Wanted {
  const need = (name: 'redirect_url' | 'redirect_pool_id' | 'redirect_prefix', words: string = name): void => {
    if (!wanted[name]) throw badArguments(`${words} must not be None`);
  };
  switch (wanted.action) {
    case 'REJECT':
      return { ...wanted, redirect_url: null, redirect_pool_id: null };
    case 'REDIRECT_TO_URL':
      need('redirect_url');
      return { ...wanted, redirect_pool_id: null };
    case 'REDIRECT_TO_POOL':
      need('redirect_pool_id', 'redirect_pool_id or redirect_pool');
      return { ...wanted, redirect_url: null };
    case 'REDIRECT_PREFIX':
      need('redirect_prefix');
      return wanted;
    case null:
    case undefined:
      return wanted;
  }
}

/** The pool that a policy leads to. */
export function requireRedirectPool(cloud: Cloud, listener: Listener, id: string): void {
  const pool = cloud.tables.pools.get(id);
  if (!pool) throw notFound('Pool', id);
  requireFitting(listener.protocol, pool.protocol);
}

/** Only HTTP has layer 7. */
export function requireHttp(listener: Listener): void {
  if (listener.protocol === 'PROMETHEUS') throw noChildren();
}

/** Makes a policy at its position; those behind it move. */
export function makePolicy(
  cloud: Cloud,
  listener: Listener,
  body: Omit<PolicyBody, 'redirect_pool'>,
  poolId: string | null,
): L7Policy {
  const { l7Policies, pools } = cloud.tables;
  const redirect = redirectOf({ ...body, redirect_pool_id: poolId });
  if (redirect.redirect_pool_id && pools.get(redirect.redirect_pool_id)?.lbId !== listener.lbId)
    throw notFound('Pool', redirect.redirect_pool_id);
  if (hasTwins(body.tags)) throw alreadyThere();
  const others = policiesOf(cloud, listener);
  const position = Math.min(body.position ?? Infinity, others.length + 1);
  const row = l7Policies.insert({
    ...newChild(body, lbOf(cloud, listener)),
    listener_id: listener.id,
    action: redirect.action ?? body.action,
    position,
    redirect_pool_id: redirect.redirect_pool_id ?? null,
    redirect_url: redirect.redirect_url ?? null,
    redirect_prefix: redirect.redirect_prefix ?? null,
    redirect_http_code: redirect.redirect_http_code ?? null,
  });
  orderPolicies(cloud, [...others.slice(0, position - 1), row, ...others.slice(position - 1)]);
  return row;
}

/** What an update changes of a policy. */
export function changesOfPolicy(cloud: Cloud, row: L7Policy, body: PolicyChanges): Partial<L7Policy> {
  const { name, description, admin_state_up, tags, position, ...redirect } = body;
  const given = [name, description, admin_state_up, tags, position, ...Object.values(redirect)];
  if (given.every((value) => value === undefined)) throw badArguments('Invalid update options');
  const changes = redirectOf({ ...redirect, redirect_pool_id: redirect.redirect_pool_id });
  const listener = cloud.tables.listeners.get(row.listener_id);
  if (changes.redirect_pool_id && listener) {
    requireRedirectPool(cloud, listener, changes.redirect_pool_id);
    if (cloud.tables.pools.get(changes.redirect_pool_id)?.lbId !== row.lbId)
      throw notFound('Pool', changes.redirect_pool_id);
  }
  return changes;
}

/** Moves a policy to a position among those of its listener. */
export function movePolicy(cloud: Cloud, row: L7Policy, position: number): void {
  const listener = cloud.tables.listeners.get(row.listener_id);
  if (!listener) return;
  const order = policiesOf(cloud, listener).filter((one) => one.id !== row.id);
  order.splice(position - 1, 0, row);
  orderPolicies(cloud, order);
}
