import type { ApiResponse } from './http-types.ts';
import { OpenStackError } from './errors.ts';
import { versionDocumentSchema, type Version } from './microversion.ts';

/** The major version each service is spoken to in, as its URL segment and as the start of its id in version documents. */
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

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

const segments = (url: string): string[] => new URL(url).pathname.split('/').filter((part) => part !== '');

/** Whether the path names a version already, e.g. `…/v2.1` or `…/v3/<project>`. */
export const isVersioned = (url: string): boolean => segments(url).some((part) => VERSION_SEGMENT.test(part));

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
 * The versioned URL of a service. A catalogue URL that names a version is used as it is, without a request. Otherwise the
 * version document says how the version's path ends; scheme, host and path before it stay the catalogue's, because the
 * document of a service behind a proxy names addresses that only the proxy can reach.
 */
export const discover = async (
  service: string,
  catalogUrl: string,
  get: (url: string) => Promise<ApiResponse>,
): Promise<string> => {
  const base = withoutSlash(catalogUrl);
  const wanted = MAJOR[service];
  if (wanted === undefined || isVersioned(base)) return base;
  let versions: Version[] = [];
  try {
    versions = readVersions(await get(`${base}/`));
  } catch (error) {
    // Some clouds hide the document: the well-known version is a good guess, and a wrong one shows in the next request.
    if (!(error instanceof OpenStackError) || error.kind === 'Unavailable' || error.kind === 'RateLimited') throw error;
  }
  const usable = versions.filter((version) => majorOf(version.id) === majorOf(wanted));
  const best = usable.find((version) => version.id === wanted) ?? usable.at(-1);
  const href = best?.links.find((link) => link.rel === 'self')?.href;
  const segment =
    href && URL.canParse(href, base)
      ? segments(new URL(href, base).href).findLast((part) => VERSION_SEGMENT.test(part))
      : undefined;
  return `${base}/${segment ?? wanted}`;
};
