import type { Cloud } from '../cloud.ts';
import { noContent, ok, type Call, type Service } from '../http/service.ts';
import { hexId } from '../store/ids.ts';
import { forbidden, keystoneDialect, notFound } from './errors.ts';
import { filtered, listed } from './listing.ts';
import type { AccessRule, ApplicationCredential } from './rows.ts';

/** A rule as a request gives it; with an id, one that is there already. */
interface WantedRule {
  readonly id?: string | undefined;
  readonly path: string;
  readonly method: string;
  readonly service: string;
}

/** A rule inside of its application credential. */
const accessRuleView = ({ id, path, method, service }: AccessRule) => ({ id, path, method, service });

/** The rules of an application credential. */
export const accessRulesOf = (cloud: Cloud, credential: ApplicationCredential) =>
  credential.accessRules.flatMap((id) => cloud.tables.accessRules.get(id) ?? []).map(accessRuleView);

/** Keeps the rules of a new application credential: equal rules of a user are one. @returns their ids */
export function keepAccessRules(cloud: Cloud, userId: string, rules: readonly WantedRule[]): string[] {
  const table = cloud.tables.accessRules;
  return rules.map(({ id, path, method, service }) => {
    const known = table
      .by('user', userId)
      .find((one) => one.id === id || (one.path === path && one.method === method && one.service === service));
    return (known ?? table.insert({ id: id ?? hexId(), userId, path, method, service })).id;
  });
}

/** `/v3/users/<user>/access_rules`: rules outlive their application credential until they are deleted. */
export function accessRuleRoutes(service: Service, cloud: Cloud): void {
  const { accessRules, applicationCredentials } = cloud.tables;
  const path = '/v3/users/:user/access_rules';
  const view = (call: Call, row: AccessRule) => ({
    ...accessRuleView(row),
    links: { self: `${call.origin}/identity/v3/access_rules/${row.id}` },
  });
  const find = (call: Call, action: string): AccessRule => {
    const user = call.params['user'] ?? '';
    if (user !== call.who.userId && !call.who.isAdmin) throw forbidden(`identity:${action}`);
    const id = call.params['id'] ?? '';
    const row = accessRules.get(id);
    if (row?.userId !== user) throw notFound('Access Rule', id);
    return row;
  };
  service.get(path, (call) => {
    const user = call.params['user'] ?? '';
    if (user !== call.who.userId && !call.who.isAdmin) throw forbidden('identity:list_access_rules');
    const rows = filtered(call, accessRules.by('user', user), {
      service: (row) => row.service,
      path: (row) => row.path,
      method: (row) => row.method,
    });
    return listed(
      call,
      'access_rules',
      rows.map((row) => view(call, row)),
    );
  });
  service.get(`${path}/:id`, (call) => ok({ access_rule: view(call, find(call, 'get_access_rule')) }));
  service.delete(`${path}/:id`, (call) => {
    const row = find(call, 'delete_access_rule');
    if (applicationCredentials.by('user', row.userId).some((one) => one.accessRules.includes(row.id))) {
      throw keystoneDialect.error(403, 'May not delete access rule in use');
    }
    accessRules.delete(row.id);
    return noContent();
  });
}
