import { type RowScenario, unfit } from './scenario.ts';

/** What the addons that speak with the cloud need of it. */
export const ADDON_SCENARIOS: readonly RowScenario[] = [
  unfit(
    'credentialRestricted',
    'a credential that may make others',
    /is a restricted one, which may make none: .*--unrestricted/,
    async (tenant, signal) => {
      const { auth, remove } = await tenant.applicationCredential(signal);
      return { auth, change: { addons: { cloudController: {} } }, back: remove };
    },
  ),
  unfit(
    'credentialRoles',
    'the roles of clusters',
    /is to have the roles creator, and Slipway’s \(.*\) has none of them, but .*member/,
    () => ({ change: { addons: { cloudController: {} } }, settings: { clusterRoles: ['creator'] } }),
  ),
  unfit(
    'cinderService',
    'block storage for claims',
    /addons\.cinder needs block storage, which this cloud does not offer/,
    async (tenant, signal) => {
      await tenant.setService(VOLUMES, false, signal);
      return { change: { addons: { cinder: {} } }, back: () => tenant.setService(VOLUMES, true, signal) };
    },
  ),
];

/** Cinder stands in catalogues under one of these. */
const VOLUMES = ['block-storage', 'volumev3', 'volume'];
