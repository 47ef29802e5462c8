import type { ApiResponse } from './http-types.ts';
import { OpenStackError } from './errors.ts';
import { versionDocumentSchema, type Version } from './microversion.ts';

/**
 * The major version each service is spoken to in, as its URL segment and as the start of its id in version documents.
 */
const MAJOR: Readonly<Record<string, string>> = {
  identity: 'v3',
  compute: 'v2.1',
  image: 'v2',
  network: 'v2.0',
  'load-balancer': 'v2',
  'block-storage': 'v3',
  'object-store': 'v1',
  dns: 'v2',
};

const VERSION_SEGMENT = /^v\d+(\.\d+)?$/;

/** A project in a path: an id with or without hyphens, or Swift's account. */
const PROJECT_SEGMENT = /^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z]+_.+)$/;

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

const segments = (url: string): string[] => new URL(url).pathname.split('/').filter((part) => part !== '');

/**
 * The version that a service's path ends with, e.g. of `…/v2.1`, `…/v3/<project>` or `…/v1/AUTH_<project>`. A segment
 * further up, such as in `/api/v1/network`, is a gateway's.
 */
const versionOf = (url: string, project: string): string | undefined => {
  const [last = '', before = ''] = segments(url).reverse();
  if (VERSION_SEGMENT.test(last)) return last;
  const isProject = (project !== '' && last.includes(project)) || PROJECT_SEGMENT.test(last);
  return isProject && VERSION_SEGMENT.test(before) ? before : undefined;
};

/** The URL up to and with its version; without one the URL itself. */
export const versionRoot = (url: string): string => {
  const parts = url.split('/');
  const at = parts.findLastIndex((part) => VERSION_SEGMENT.test(part));
  return at === -1 ? url : parts.slice(0, at + 1).join('/');
};

/** Reads a version document; a service that has none gives an empty list. */
export const readVersions = (response: ApiResponse): Version[] => {
  try {
    return versionDocumentSchema.parse(JSON.parse(response.text));
  } catch {
    return [];
  }
};

const majorOf = (id: string): string => id.replace(/^v/, '').split('.')[0] ?? '';

/**
 * The versioned URL of a service. A catalogue URL that ends with a version of the service is used as it is, without a
 * request. Otherwise the version document says how the version's path ends; scheme, host and path before it stay the
 * catalogue's, because the document of a service behind a proxy names addresses that only the proxy can reach.
 *
 * @param project id of the token's project, which may follow the version
 */
export const discover = async (
  service: string,
  catalogUrl: string,
  project: string,
  get: (url: string) => Promise<ApiResponse>,
): Promise<string> => {
  const base = withoutSlash(catalogUrl);
  const wanted = MAJOR[service];
  const named = versionOf(base, project);
  if (wanted === undefined || (named !== undefined && majorOf(named) === majorOf(wanted))) return base;
  let versions: Version[] = [];
  try {
    versions = readVersions(await get(`${base}/`));
  } catch (error) {
    // Some clouds hide the document: the well-known version is a good guess, and a wrong one shows in the next request.
    if (!(error instanceof OpenStackError) || error.kind === 'Unavailable' || error.kind === 'RateLimited') throw error;
  }
  const usable = versions.filter((version) => majorOf(version.id) === majorOf(wanted));
  // Another version at the end is a gateway's if the service says so, else the service's own and all that the catalogue
  // offers.
  if (named !== undefined && usable.length === 0) return base;
  const best = usable.find((version) => version.id === wanted) ?? usable.at(-1);
  const href = best?.links.find((link) => link.rel === 'self')?.href;
  const segment =
    href && URL.canParse(href, base)
      ? segments(new URL(href, base).href).findLast(
          (part) => VERSION_SEGMENT.test(part) && majorOf(part) === majorOf(wanted),
        )
      : undefined;
  return `${base}/${segment ?? wanted}`;
};
