import { z } from 'zod';
import { ConfigurationError } from './errors.ts';

/** The microversions a service offers, e.g. 2.1 to 2.96. */
export interface MicroversionRange {
  min: string;
  max: string;
}

const split = (version: string): [number, number] => {
  const match = /^v?(\d+)\.(\d+)$/.exec(version);
  if (!match) throw new ConfigurationError(`${version} is not a microversion: write it like 2.79`);
  return [Number(match[1]), Number(match[2])];
};

/** Negative if `a` is older than `b`; 2.9 is older than 2.10. */
export const compareMicroversions = (a: string, b: string): number => {
  const [majorA, minorA] = split(a);
  const [majorB, minorB] = split(b);
  return majorA - majorB || minorA - minorB;
};

/** The newest of the candidates within the range, or undefined if the service has none of them. */
export const negotiate = (range: MicroversionRange | undefined, candidates: readonly string[]): string | undefined =>
  range &&
  [...candidates]
    .sort((a, b) => compareMicroversions(b, a))
    .find((one) => compareMicroversions(one, range.min) >= 0 && compareMicroversions(one, range.max) <= 0);

/** The name in `OpenStack-API-Version`, and the header of the time before it. Cinder wants `volume`. */
const HEADER_NAMES: Readonly<Record<string, { type?: string; legacy?: string }>> = {
  compute: { legacy: 'x-openstack-nova-api-version' },
  'block-storage': { type: 'volume' },
  baremetal: { legacy: 'x-openstack-ironic-api-version' },
  'shared-file-system': { legacy: 'x-openstack-manila-api-version' },
};

/** The headers that ask for a microversion: the common one and, where the service has it, the older one. */
export const microversionHeaders = (service: string, version: string | undefined): Record<string, string> => {
  if (version === undefined) return {};
  const names = HEADER_NAMES[service] ?? {};
  return {
    'openstack-api-version': `${names.type ?? service} ${version}`,
    ...(names.legacy === undefined ? {} : { [names.legacy]: version }),
  };
};

const link = z.looseObject({ rel: z.string(), href: z.string() });

/** One version in a version document. Services spell the range in two ways. */
export const versionSchema = z.looseObject({
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
