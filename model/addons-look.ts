import { z } from 'zod';
import { clusterIdSchema } from './cluster-id.ts';
import { clusterSpecSchema } from './cluster-spec.ts';

/** Name of the workflow that looks at the addons of a cluster; it changes nothing, and waits for no operation. */
export const LOOK_AT_ADDONS = 'lookAtAddons';

/** Input of `lookAtAddons`. */
export const lookAtAddonsSchema = z.strictObject({
  id: clusterIdSchema.describe('Id of the cluster'),
  spec: clusterSpecSchema.describe('The cluster’s, with the addons that are compared'),
  diff: z.boolean().default(false).describe('Say what each addon would change'),
});

const objectSchema = z.object({
  name: z.string().describe('Kind, namespace and name'),
  change: z.enum(['add', 'change', 'remove']),
  fields: z.array(z.string()).describe('Paths of fields that differ; never their values'),
});

const addonSchema = z.object({
  key: z.string().describe('The catalogue’s key, or the name of an addon of one’s own'),
  release: z.string(),
  namespace: z.string(),
  wanted: z.boolean(),
  version: z.string().describe('Of the chart: the wanted one, or of an addon that is not wanted the one that is there'),
  installed: z
    .object({
      version: z.string(),
      appVersion: z.string(),
      status: z.string(),
      revision: z.number(),
      drift: z.boolean().describe('Its values are other ones than those that are wanted'),
      history: z.array(z.object({ revision: z.number(), updated: z.string(), status: z.string(), chart: z.string() })),
    })
    .optional()
    .describe('As Helm knows it; absent when there is no such release'),
  objects: z.array(objectSchema).optional().describe('What would change; with diff'),
  more: z.number().optional().describe('How many more objects would change'),
  problem: z.string().optional().describe('Why that could not be said'),
});

/** Result of `lookAtAddons`. */
export const addonsLookSchema = z.object({ addons: z.array(addonSchema) });
export type AddonsLook = Readonly<z.output<typeof addonsLookSchema>>;
export type AddonLook = AddonsLook['addons'][number];
