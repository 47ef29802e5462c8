import type { Cloud } from '../cloud.ts';
import { noContent, ok, type Call, type Service } from '../http/service.ts';
import type { Takes } from '../http/takes.ts';
import { now } from '../store/time.ts';
import { checkAccess } from './access.ts';
import { deleteMany, pathsOf } from './bulk.ts';
import { swiftError } from './errors.ts';
import { listAnswer, listingType, listLines } from './listing.ts';
import { checkMetadata, mergeHeaders, metaHeaders, timestamp } from './metadata.ts';
import type { Objects } from './objects.ts';
import type { Account, Container } from './rows.ts';

const open = { open: true } as const;
const accountTakes: Takes = ['x-account-meta-*', 'x-remove-account-meta-*'];

/** The account, which is there from the moment that something is put into it. */
export const touchAccount = (cloud: Cloud, id: string): Account =>
  cloud.tables.accounts.get(id) ?? cloud.tables.accounts.insert({ id, headers: {}, created: now() });

/** `/v1/<account>` */
export function accountRoutes(service: Service, cloud: Cloud, objects: Objects): void {
  const { accounts, containers, projects } = cloud.tables;
  const accountOf = (call: Call): string => {
    const account = call.params['account'] ?? '';
    checkAccess(call, account, 'own');
    return account;
  };
  const headersOf = (account: string): Record<string, string> => {
    const row = accounts.get(account);
    const all = containers.by('account', account).map((one) => objects.usage(one));
    const sums = {
      'container-count': String(all.length),
      'object-count': String(all.reduce((sum, { count }) => sum + count, 0)),
      'bytes-used': String(all.reduce((sum, { bytes }) => sum + bytes, 0)),
    };
    const named = (prefix: string) =>
      Object.fromEntries(Object.entries(sums).map(([name, sum]) => [`${prefix}-${name}`, sum]));
    return {
      ...named('x-account'),
      'x-timestamp': timestamp(row?.created ?? now()),
      ...(row && {
        ...row.headers,
        'accept-ranges': 'bytes',
        'x-account-project-domain-id': projects.get(account.replace('AUTH_', ''))?.domain_id ?? 'default',
      }),
      ...(all.length > 0 && named('x-account-storage-policy-policy-0')),
    };
  };
  const view = (row: Container) => {
    const { count, bytes } = objects.usage(row);
    const last_modified = row.created.replace('Z', '000');
    return { name: row.name, count, bytes, last_modified, storage_policy: 'Policy-0' };
  };
  for (const path of ['/v1/:account', '/v1/:account/']) {
    service.get(
      path,
      (call) => {
        const account = accountOf(call);
        const lines = listLines(call, containers.by('account', account));
        const form = { whole: ['account', account], element: 'container', gap: '\n', view } as const;
        return listAnswer(call, lines, form, headersOf(account));
      },
      open,
    );
    service.route(
      'HEAD',
      path,
      (call) => {
        const account = accountOf(call);
        const type = listingType(call);
        const headers = { ...headersOf(account), 'content-type': `${type}; charset=utf-8` };
        // An account that is not there yet is answered with an empty list.
        return accounts.get(account) || type === 'text/plain' ? noContent(headers) : ok(undefined, headers);
      },
      open,
    );
    service.post(
      path,
      accountTakes,
      (call) => {
        const account = accountOf(call);
        if (call.query.has('bulk-delete')) return deleteMany(call, cloud, objects, pathsOf(call));
        checkMetadata(call, 'account');
        const set = metaHeaders(call, 'account');
        // Only resellers give quotas to accounts (swift:swift/common/middleware/account_quotas.py).
        if (Object.keys(set).some((name) => name.startsWith('x-account-meta-quota-'))) throw swiftError(403);
        const row = touchAccount(cloud, account);
        accounts.patch(row, { headers: mergeHeaders(row.headers, set) });
        return noContent();
      },
      open,
    );
  }
}
