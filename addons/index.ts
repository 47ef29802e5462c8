export type {
  Addon,
  AddonVersion,
  AdmittedObject,
  ChartValues,
  CloudKind,
  ClusterFacts,
  ReadyCheck,
  UpstreamChart,
} from './addon.ts';
export { type AddonKey, addonKeys, addonOf, type Catalogue, catalogue, isAddonKey } from './catalogue.ts';
export { type CniKey, cniSchema, isCniKey } from './cni.ts';
export { type CustomAddon, customAddonSchema } from './custom.ts';
export { type AddonOrder, addonOrder, type OrderedAddon } from './order.ts';
export { type AddonRelease, releasesOf, versionIssues, type WantedAddons } from './releases.ts';
