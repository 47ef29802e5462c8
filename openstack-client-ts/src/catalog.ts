import { z } from 'zod';
import { ConfigurationError } from './errors.ts';

/** One service of Keystone's catalogue. */
export const catalogEntrySchema = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  endpoints: z
    .array(
      z.looseObject({
        interface: z.string(),
        region: z.string().nullish(),
        region_id: z.string().nullish(),
        url: z.string(),
      }),
    )
    .default([]),
});
export type CatalogEntry = z.output<typeof catalogEntrySchema>;

export type Interface = 'public' | 'internal' | 'admin';

/** The services this library has methods for. */
export type ServiceType =
  'identity' | 'compute' | 'image' | 'network' | 'load-balancer' | 'block-storage' | 'object-store' | 'dns';

/**
 * Names under which catalogues list a service besides its official type, best first
 * (https://service-types.openstack.org/service-types.json).
 */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  'block-storage': ['volumev3', 'block-store', 'volume', 'volumev2'],
  'container-infra': ['container-infrastructure', 'container-infrastructure-management'],
  'shared-file-system': ['sharev2', 'share'],
  workflow: ['workflowv2'],
  messaging: ['message'],
};

/** All names of a service: the official one first. */
export const serviceNames = (type: string): readonly string[] => {
  const official = Object.entries(ALIASES).find(([name, aliases]) => name === type || aliases.includes(type));
  return official ? [...new Set([official[0], type, ...official[1]])] : [type];
};

/** What is given for a service under one of its names, written with `-` or `_`. */
export const forService = <T>(settings: Readonly<Record<string, T | undefined>>, type: string): T | undefined => {
  for (const name of serviceNames(type)) {
    const value = settings[name] ?? settings[name.replaceAll('-', '_')];
    if (value !== undefined) return value;
  }
  return undefined;
};

/**
 * The URL of a service in the catalogue.
 *
 * @throws ConfigurationError saying which types, regions or interfaces there are instead
 */
export const findEndpoint = (
  catalog: readonly CatalogEntry[],
  type: string,
  wanted: Interface,
  region: string | undefined,
): string => {
  const names = serviceNames(type);
  const entries = names.flatMap((name) => catalog.filter((entry) => entry.type === name));
  if (entries.length === 0) {
    const types = catalog.map((entry) => entry.type).join(', ') || 'none (is the token scoped to a project?)';
    throw new ConfigurationError(`The catalogue has no service ${names.join(' or ')}; it has: ${types}`);
  }
  for (const entry of entries) {
    const offered = entry.endpoints.filter(
      (endpoint) => endpoint.interface === wanted || endpoint.interface === `${wanted}URL`,
    );
    const regions = [...new Set(offered.map((endpoint) => endpoint.region_id ?? endpoint.region ?? ''))];
    if (region === undefined && regions.length > 1) {
      throw new ConfigurationError(`${entry.type} is in several regions (${regions.join(', ')}): set the region`);
    }
    const found = offered.find(
      (endpoint) => region === undefined || endpoint.region_id === region || endpoint.region === region,
    );
    if (found) return found.url;
  }
  const list = entries.flatMap((entry) =>
    entry.endpoints.map((one) => `${one.interface} in ${one.region_id ?? one.region}`),
  );
  throw new ConfigurationError(
    `${type} has no ${wanted} endpoint${region === undefined ? '' : ` in region ${region}`}; it has: ${list.join(', ')}`,
  );
};
