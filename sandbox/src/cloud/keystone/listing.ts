import { ok, type Answer, type Call } from '../http/service.ts';

/** Keystone's address, as the caller wrote it. */
export const baseUrl = (call: Call): string => `${call.origin}/identity/v3`;

/** A list as Keystone answers it: never in pages. */
export function listed(call: Call, key: string, rows: readonly unknown[]): Answer {
  const query = call.query.size > 0 ? `?${call.query.toString()}` : '';
  return ok({
    [key]: rows,
    links: { self: `${call.origin}/identity${call.path}${query}`, previous: null, next: null },
  });
}

/** Whether a row has the name and the domain that a query asks for. */
export function matches(call: Call, row: { readonly name: string; readonly domain_id: string }): boolean {
  const name = call.query.get('name');
  const domain = call.query.get('domain_id');
  return (name === null || row.name === name) && (domain === null || row.domain_id === domain);
}
