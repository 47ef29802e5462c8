import { z } from 'zod';
import { serviceNames } from './catalog.ts';
import { ConfigurationError } from './errors.ts';

/** The microversions a service offers, e.g. 2.1 to 2.96. */
export interface MicroversionRange {
  min: string;
  max: string;
}

const LATEST = 'latest';

const split = (version: string): [number, number] => {
  const match = /^v?(\d+)\.(\d+)$/.exec(version);
  if (!match) throw new ConfigurationError(`${version} is not a microversion: write it like 2.79`);
  return [Number(match[1]), Number(match[2])];
};

/** Whether a version can be asked for: `2.79`, or `latest`. */
export const isMicroversion = (version: string): boolean => version === LATEST || /^\d+\.\d+$/.test(version);

/** Negative if `a` is older than `b`; 2.9 is older than 2.10. */
export const compareMicroversions = (a: string, b: string): number => {
  const [majorA, minorA] = split(a);
  const [majorB, minorB] = split(b);
  return majorA - majorB || minorA - minorB;
};

/**
 * The later of a version and the least that will do. `latest` is no number to be compared with, so the least is taken.
 */
export const atLeast = (least: string | undefined, version: string | undefined): string | undefined => {
  if (least === undefined) return version;
  if (version === undefined || version === LATEST) return least;
  return compareMicroversions(version, least) < 0 ? least : version;
};

/** The newest of the candidates within the range, or undefined if the service has none of them. */
export const negotiate = (range: MicroversionRange | undefined, candidates: readonly string[]): string | undefined =>
  range &&
  [...candidates]
    .sort((a, b) => compareMicroversions(b, a))
    .find((one) => compareMicroversions(one, range.min) >= 0 && compareMicroversions(one, range.max) <= 0);

/** How a service spells its microversions. */
interface Spelling {
  /** The name in `OpenStack-API-Version`; default: the service's type. */
  type?: string;
  /** The header of the time before it. */
  legacy?: string;
  /** What the service speaks when it is asked for none: `latest` answered with it was not heard. */
  unasked?: string;
}

const SPELLINGS: Readonly<Record<string, Spelling>> = {
  compute: { legacy: 'x-openstack-nova-api-version', unasked: '2.1' },
  'block-storage': { type: 'volume', unasked: '3.0' },
  baremetal: { legacy: 'x-openstack-ironic-api-version' },
  'shared-file-system': { legacy: 'x-openstack-manila-api-version' },
};

/** Services that have none, whatever a configuration says. */
const WITHOUT = new Set(['identity', 'image', 'network', 'load-balancer', 'object-store', 'dns']);

const HEADER = 'openstack-api-version';

const spellingOf = (service: string): Spelling & { type: string } => {
  const [official = service] = serviceNames(service);
  return { type: official, ...SPELLINGS[official] };
};

/** The headers that ask for a microversion: the common one and, where the service has it, the older one. */
export const microversionHeaders = (service: string, version: string | undefined): Record<string, string> => {
  if (version === undefined || WITHOUT.has(service)) return {};
  const { type, legacy } = spellingOf(service);
  return { [HEADER]: `${type} ${version}`, ...(legacy === undefined ? {} : { [legacy]: version }) };
};

/** The microversion that the headers of a request or of a response name for a service. */
const namedVersion = (service: string, headers: Readonly<Record<string, string>>): string | undefined => {
  const { type, legacy } = spellingOf(service);
  const entry = (headers[HEADER] ?? '')
    .split(',')
    .map((part) => part.trim().split(/\s+/))
    .find(([name]) => name?.toLowerCase() === type);
  return entry?.[1] ?? (legacy === undefined ? undefined : headers[legacy]?.trim() || undefined);
};

/** A microversion that was asked for, and another one or none that was answered. */
export interface IgnoredVersion {
  asked: string;
  answered: string | undefined;
}

/**
 * How an answer differs from what its request asked for; undefined if it does not, or nothing was asked for. Nova and
 * Cinder name the version in every answer that one of their controllers gives, refusals and 204 among them, and
 * `latest` as the number it stood for; only 401, an unknown path and an unreadable version are answered without
 * (nova:api/openstack/wsgi.py `Fault`).
 */
export const ignoredVersion = (
  service: string,
  request: Readonly<Record<string, string>>,
  response: Readonly<Record<string, string>>,
): IgnoredVersion | undefined => {
  const asked = namedVersion(service, request);
  if (asked === undefined) return undefined;
  const answered = namedVersion(service, response);
  const heard =
    asked === LATEST ? answered !== undefined && answered !== spellingOf(service).unasked : answered === asked;
  return heard ? undefined : { asked, answered };
};

const link = z.looseObject({ rel: z.string(), href: z.string() });

/** One version in a version document. Services spell the range in two ways. */
const versionSchema = z.looseObject({
  id: z.string(),
  status: z.string().optional(),
  links: z.array(link).default([]),
  version: z.string().nullish(),
  max_version: z.string().nullish(),
  min_version: z.string().nullish(),
});
export type Version = z.output<typeof versionSchema>;

/** A version document: one version, a list, or Keystone's list in a list. */
export const versionDocumentSchema = z
  .union([
    z.looseObject({ version: versionSchema }).transform((document) => [document.version]),
    z.looseObject({ versions: z.array(versionSchema) }).transform((document) => document.versions),
    z
      .looseObject({ versions: z.looseObject({ values: z.array(versionSchema) }) })
      .transform(({ versions }) => versions.values),
  ])
  .catch([]);

/** The range a version offers, undefined if it has no microversions. */
export const rangeOf = (version: Version): MicroversionRange | undefined => {
  const max = version.max_version || version.version;
  return max && version.min_version ? { min: version.min_version, max } : undefined;
};
