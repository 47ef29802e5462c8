/** Every addon of the catalogue, by the key under which a specification names it: one line each. */
export { certManager } from './cert-manager/addon.ts';
export { metricsServer } from './metrics-server/addon.ts';
