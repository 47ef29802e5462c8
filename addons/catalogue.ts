import type { Addon } from './addon.ts';
import * as catalogue from './table.ts';

export { catalogue };

/** Every addon by its key. */
export type Catalogue = typeof catalogue;
export type AddonKey = keyof Catalogue;

/** The keys of all addons. */
export const addonKeys = (): AddonKey[] => Object.keys(catalogue).filter(isAddonKey);

/** Whether this is the key of an addon of the catalogue. */
export const isAddonKey = (key: string): key is AddonKey => Object.hasOwn(catalogue, key);

/** An addon where its key is known only at run time; its options were parsed by its schema. */
export const addonOf = (key: AddonKey): Addon => catalogue[key];
