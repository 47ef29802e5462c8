import { z } from 'zod';
import {
  type AddonKey,
  addonKeys,
  addonOf,
  addonOrder,
  type Catalogue,
  catalogue,
  type CniKey,
  cniSchema,
  customAddonSchema,
  isCniKey,
} from '../../addons/index.ts';

type CatalogueFields = { [Key in Exclude<AddonKey, CniKey>]: z.ZodOptional<Catalogue[Key]['options']> };

/** One field for each addon of the catalogue: it is wanted when its field is there. Pod networks share one. */
const catalogueFields = Object.fromEntries(
  addonKeys()
    .filter((key) => !isCniKey(key))
    .map((key) => [key, catalogue[key].options.optional().describe(catalogue[key].summary)]),
  // Under each key stands the schema of the addon of this key.
) as unknown as CatalogueFields;

/** More values than these together would make the cluster's record too large. */
const MAX_TOGETHER = 65_536;

/** `addons` of a specification. */
export const addonsSchema = z
  .strictObject({
    cni: cniSchema
      .optional()
      .describe(
        'The pod network, at most one: two on a node break each other, so the choice and its options are one field. None when absent',
      ),
    ...catalogueFields,
    custom: z.array(customAddonSchema).max(20).default([]).describe('Addons of your own: any Helm chart'),
  })
  .superRefine((addons, context) => {
    const reserved = new Map(
      addonKeys().flatMap((key) => {
        const { release, crds } = addonOf(key);
        const field = isCniKey(key) ? 'cni' : key;
        return [key as string, field, release, ...(crds === undefined ? [] : [crds.release])].map((name) => [
          name,
          field,
        ]);
      }),
    );
    const names = addons.custom.map(({ name }) => name);
    const known = new Set<string>([...names, ...addonKeys()]);
    const issue = (index: number, field: string, message: string) =>
      context.addIssue({ code: 'custom', path: ['custom', index, field], message });
    for (const [index, { name, after }] of addons.custom.entries()) {
      if (reserved.has(name)) issue(index, 'name', `is the catalogue’s: use addons.${reserved.get(name) ?? ''}`);
      if (names.indexOf(name) !== index) issue(index, 'name', 'two addons have the same name');
      const unknown = after.find((other) => !known.has(other));
      if (unknown !== undefined) issue(index, 'after', `there is no addon ${unknown}`);
    }
    const { circle } = addonOrder([
      ...addonKeys().map((key) => ({ key, after: addonOf(key).after })),
      ...addons.custom.map(({ name, after }) => ({ key: name, after })),
    ]);
    if (circle !== undefined) {
      const index = Math.max(0, names.indexOf(circle.find((key) => names.includes(key)) ?? ''));
      issue(index, 'after', `these wait for each other: ${circle.join(', ')}`);
    }
    if (JSON.stringify(addons).length > MAX_TOGETHER) {
      context.addIssue({
        code: 'custom',
        path: ['custom'],
        message: `is more than ${MAX_TOGETHER} characters of JSON`,
      });
    }
  });

/** The addons of a cluster, with every default. */
export type AddonsSpec = z.output<typeof addonsSchema>;
