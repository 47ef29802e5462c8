import { type ProxiedRequest, without } from '../support/fault-proxy.ts';

/** Parameters that say how a list is answered, not what is in it. */
const PAGING = new Set(['limit', 'marker', 'offset', 'page_reverse', 'sort_key', 'sort_dir', 'fields']);

/** The headers in which a microversion is asked for, and in which an answer names its own. */
const VERSION_HEADERS = ['openstack-api-version', 'x-openstack-nova-api-version'];

/** The filters of a list; empty for everything that is not a list. */
export function filtersOf({ method, path }: Pick<ProxiedRequest, 'method' | 'path'>): string[] {
  if (method !== 'GET') return [];
  const [, query = ''] = path.split('?');
  return [...new Set(new URLSearchParams(query).keys())].filter((name) => !PAGING.has(name));
}

/** The same list without its filters, as a layer on the way that drops queries would ask for it. */
export function withoutFilters(request: ProxiedRequest): ProxiedRequest {
  const [address = '', query] = request.path.split('?');
  const left = new URLSearchParams(query);
  for (const name of filtersOf(request)) left.delete(name);
  return { ...request, path: left.size === 0 ? address : `${address}?${left.toString()}` };
}

/** The same request for no microversion: Nova answers as 2.1, Cinder as 3.0. */
export const withoutVersion = (request: ProxiedRequest): ProxiedRequest => ({
  ...request,
  headers: without(request.headers, ...VERSION_HEADERS),
});
