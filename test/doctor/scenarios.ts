import { ADDON_SCENARIOS } from './addon-scenarios.ts';
import { MACHINE_SCENARIOS } from './machine-scenarios.ts';
import { NETWORK_SCENARIOS } from './network-scenarios.ts';
import { QUOTA_SCENARIOS } from './quota-scenarios.ts';
import type { Scenario } from './scenario.ts';

/** What the doctor looks at before it looks for room for a cluster. */
export const ACCESS_SCENARIOS: readonly Scenario[] = [
  {
    name: 'the right password',
    check: 'cloud.credential',
    says: /HTTP 401.*credential is valid/,
    take: (tenant) => ({ auth: { ...tenant.auth(), password: 'wrong' } }),
  },
  {
    name: 'the application credential',
    check: 'cloud.credential',
    says: /HTTP 40[14]/,
    take: async (tenant, signal) => {
      const { auth, remove } = await tenant.applicationCredential(signal);
      await remove();
      return { auth };
    },
  },
  {
    name: 'a project',
    check: 'cloud.credential',
    says: /is for no project/,
    take: (tenant) => {
      const { username = '', password = '', user_domain_id = '' } = tenant.auth();
      return { auth: { username, password, user_domain_id } };
    },
  },
  {
    name: 'the role member',
    check: 'cloud.roles',
    says: /none of them may make anything/,
    take: async (tenant, signal) => {
      await tenant.setRole('reader', true, signal);
      await tenant.setRole('member', false, signal);
      return { back: () => tenant.setRole('member', true, signal) };
    },
  },
  {
    name: 'Octavia for the doctor',
    check: 'cloud.loadBalancer',
    says: /load-balancer/,
    take: async (tenant, signal) => {
      await tenant.setService(['load-balancer'], false, signal);
      return { back: () => tenant.setService(['load-balancer'], true, signal) };
    },
  },
];

/** A scenario, at least, for every row of the pre-flight. */
export const ROW_SCENARIOS = [...MACHINE_SCENARIOS, ...NETWORK_SCENARIOS, ...ADDON_SCENARIOS, ...QUOTA_SCENARIOS];
