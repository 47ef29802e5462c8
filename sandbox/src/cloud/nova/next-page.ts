import type { Call } from '../http/service.ts';

/**
 * The link to what follows the marker: the same query, sorted by name (nova:nova/api/openstack/common.py
 * _get_next_link).
 */
export function nextPageLinks(call: Call, marker: string): { rel: string; href: string }[] {
  const sorted = [...call.query].sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  const query = new URLSearchParams(Object.entries({ ...Object.fromEntries(sorted), marker }));
  return [{ rel: 'next', href: `${call.origin}/compute${call.path}?${query.toString()}` }];
}
