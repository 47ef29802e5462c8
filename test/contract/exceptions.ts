import type { Exception } from './kit/compare.ts';

/**
 * Where the real services answer otherwise because no hypervisor, no agent and no amphora stand behind them. The emulator answers as a
 * cloud with all of these does.
 */
export const exceptions: readonly Exception[] = [
  {
    name: 'operating status of load balancers',
    reason: 'Amphorae report whether members answer; without them everything that stands on members stays OFFLINE.',
    covers: (request, path) =>
      /^(GET|PUT) {load-balancer}.*\/lbaas\/(loadbalancers|listeners|pools)/.test(request) &&
      /(?<!health_monitor)\.operating_status$/.test(path),
  },
];
