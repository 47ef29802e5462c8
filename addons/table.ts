/** Every addon of the catalogue, by the key under which a specification names it: one line each. */
export { calico } from './calico/addon.ts';
export { certManager } from './cert-manager/addon.ts';
export { cilium } from './cilium/addon.ts';
export { flannel } from './flannel/addon.ts';
export { metricsServer } from './metrics-server/addon.ts';
