export type { Addon, ChartValues, ClusterFacts, ReadyCheck } from './addon.ts';
export { type AddonKey, addonKeys, addonOf, type Catalogue, catalogue, isAddonKey } from './catalogue.ts';
export { CLOUD_CONFIG, CLOUD_CONFIG_ANNOTATION } from './cloud-config.ts';
export { type CniKey, cniSchema, isCniKey } from './cni.ts';
export { customAddonSchema } from './custom.ts';
export { addonOrder } from './order.ts';
export { type AddonRelease, needsCloud, releasesOf, versionIssues, type WantedAddons } from './releases.ts';
