import { z } from 'zod';
import { secretReference } from './secret-reference.ts';

/** Most that the values of one addon may be as JSON, in bytes: they are kept with the cluster's record. */
const MAX_VALUES = 16_384;

const releaseName = z
  .string()
  .max(40)
  .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/, 'must be lower-case letters, digits and "-", and start with a letter');

const namespace = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be the name of a namespace');

/**
 * `oci://registry/path/name`, `https://repository/path/name`, or the name of a chart in the worker's folder. Lower case
 * as in registries; no `..`, no query.
 */
const chart = z
  .string()
  .max(255)
  .regex(
    /^((oci|https?):\/\/[A-Za-z0-9][-A-Za-z0-9.]*(:[1-9]\d{0,4})?(\/[A-Za-z0-9][-A-Za-z0-9._]*)*\/)?[a-z0-9][-a-z0-9._]*$/,
    'must be oci://<registry>/<path>/<chart>, https://<repository>/<chart>, or the name of a chart in the worker’s folder',
  );

/** Semantic Versioning 2.0.0, a leading `v` allowed as Helm allows it; a range would make two runs differ. */
const version = z
  .string()
  .max(63)
  .regex(/^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/, 'must be one version such as 1.2.3, not a range');

/** Where a value is in a chart's values: `auth.password`, names joined by dots. */
const valuePath = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'must be names joined by dots, such as auth.password');

/** An addon of one's own: any chart. */
export const customAddonSchema = z.strictObject({
  name: releaseName.describe('Name of the addon and of its Helm release'),
  namespace: namespace.optional().describe('Its namespace, made when it is missing; the addon’s name when absent'),
  chart: chart.describe(
    'The chart: oci://<registry>/<path>/<chart>, https://<repository>/<chart>, or the name of one in the worker’s folder of charts',
  ),
  version: version.describe('Version of the chart'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hexadecimal')
    .optional()
    .describe('SHA-256 of the chart’s archive; another archive is refused'),
  values: z
    .record(z.string(), z.unknown())
    .default({})
    .refine((values) => JSON.stringify(values).length <= MAX_VALUES, `must be at most ${MAX_VALUES} characters of JSON`)
    .describe('The chart’s values; nothing secret'),
  secretValues: z
    .record(valuePath, secretReference)
    .default({})
    .refine((values) => Object.keys(values).length <= 20, 'must be at most 20')
    .describe(
      'Values that are secret, by their path in the values: addons/<path>#<field> in Vault, read when it is installed',
    ),
  after: z.array(z.string().min(1).max(40)).max(20).default([]).describe('Addons that are installed before it'),
  required: z
    .boolean()
    .default(false)
    .describe('Whether the operation fails when this addon does; else the failure is shown, and the operation goes on'),
});

export type CustomAddon = Readonly<z.output<typeof customAddonSchema>>;
