import type { Cloud } from '../cloud.ts';
import type { Call } from '../http/service.ts';
import { swiftError } from './errors.ts';
import type { Container } from './rows.ts';

/** What a call wants to do with a container. */
export type Wish = 'read' | 'list' | 'write' | 'own';

/**
 * The container's access list as it is kept (swift:swift/common/middleware/acl.py, clean_acl). @throws ApiError if it
 * is none
 */
export function cleanAccessList(name: string, text: string): string {
  const items = text.split(',').flatMap((raw) => {
    const item = raw.trim();
    if (item === '') return [];
    const colon = item.indexOf(':');
    if (colon <= 0 || !item.startsWith('.')) return [item];
    const first = item.slice(0, colon).trim();
    if (!['.r', '.ref', '.referer', '.referrer'].includes(first)) {
      throw swiftError(400, `Unknown designator '${first}' in ACL: '${item}'`);
    }
    if (name.includes('write')) throw swiftError(400, `Referrers not allowed in write ACL: '${item}'`);
    const host = item.slice(colon + 1).trim();
    const domain = host.replace(/^(-?)\s*\*(?=.)/, '$1');
    if (['', '-', '.', '-.'].includes(domain)) {
      throw swiftError(400, `No host/domain value after referrer designation in ACL: '${item}'`);
    }
    return [`.r:${domain}`];
  });
  return items.join(',');
}

/** Whether an access list gives what a call wants; hosts that refer to a page other than all are not looked at. */
function allows(list: string, call: Call, wish: Wish): boolean {
  const items = list.split(',');
  const everybody = items.includes('.r:*');
  if (wish === 'read' && everybody) return true;
  if (wish === 'list' && everybody && items.includes('.rlistings')) return true;
  if (call.who.token === undefined) return false;
  const { projectId, userId } = call.who;
  const mine = [projectId, '*'].flatMap((project) => [`${project}:${userId}`, `${project}:*`]);
  return items.some((item) => mine.includes(item));
}

/**
 * Refuses a call that may not do what it wants: 401 for nobody, 403 for somebody else
 * (swift:swift/common/middleware/keystoneauth.py).
 */
export function checkAccess(call: Call, account: string, wish: Wish, container?: Container): void {
  const isKnown = call.who.token !== undefined || call.who.isSigned === true;
  if (isKnown && account === `AUTH_${call.who.projectId}`) return;
  const list = container?.headers[wish === 'write' ? 'x-container-write' : 'x-container-read'];
  if (wish !== 'own' && list !== undefined && allows(list, call, wish)) return;
  if (call.who.token !== undefined) throw swiftError(403);
  const challenge = `Swift realm="${account}", Keystone uri="${call.origin}/identity/v3"`;
  throw swiftError(401, undefined, { 'www-authenticate': challenge });
}

/** The container that a path names, if the call may do with it what it wants; others see nothing but its owner. */
export function findContainer(cloud: Cloud, call: Call, wish: Wish): Container {
  const { account = '', container = '' } = call.params;
  const row = cloud.tables.containers.get(`${account}/${container}`);
  checkAccess(call, account, wish, row);
  if (!row) throw swiftError(404);
  return row;
}

/** Whether who asks owns the account; only owners see who else may do what. */
export const isOwner = (call: Call, account: string): boolean =>
  call.who.token !== undefined && account === `AUTH_${call.who.projectId}`;
