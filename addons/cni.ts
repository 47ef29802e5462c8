import { z } from 'zod';
import { calico } from './calico/addon.ts';
import { cilium } from './cilium/addon.ts';
import { flannel } from './flannel/addon.ts';

/** The pod network: the choice and its options are one field, because two of them on one node break each other. */
export const cniSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('none').describe('The machines’ image brings one, or you install your own') }),
    z.strictObject({ kind: z.literal('calico').describe(calico.summary), ...calico.options.shape }),
    z.strictObject({ kind: z.literal('cilium').describe(cilium.summary), ...cilium.options.shape }),
    z.strictObject({ kind: z.literal('flannel').describe(flannel.summary), ...flannel.options.shape }),
  ],
  {
    error: () => 'must be one of: none, calico, cilium, flannel',
  },
);

/** The pod network that is wanted, with every default. */
export type Cni = Readonly<z.output<typeof cniSchema>>;
/** Keys of the catalogue that are pod networks. */
export type CniKey = Exclude<Cni['kind'], 'none'>;

const KEYS: Readonly<Record<CniKey, true>> = { calico: true, cilium: true, flannel: true };

/** Whether this addon is a pod network: it is chosen by `addons.cni`, not by a field of its own. */
export const isCniKey = (key: string): key is CniKey => Object.hasOwn(KEYS, key);
