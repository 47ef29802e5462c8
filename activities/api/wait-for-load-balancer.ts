import type { ClusterSpec } from '../../model/index.ts';
import { reportProgress } from '../lib/progress.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { timeLeft } from '../lib/step-deadline.ts';
import { call } from '../cloud/session.ts';

/**
 * Amphorae are servers: Octavia gives up on one after ten minutes by default (octavia: `amp_active_retries` ×
 * `amp_active_wait_sec`).
 */
const DEADLINE_MS = 15 * 60_000;

/**
 * Waits until the load balancer is ACTIVE. Its operating status says nothing yet: no member answers before the API
 * does.
 */
export const waitForLoadBalancer =
  ({ clouds }: { clouds: Clouds }) =>
  async ({ spec, loadBalancerId }: { spec: ClusterSpec; loadBalancerId: string }): Promise<void> => {
    const { client } = await clouds.get(spec.cloud);
    await client.loadBalancer.loadBalancers.waitActive(loadBalancerId, {
      ...call(),
      deadlineMs: timeLeft(DEADLINE_MS),
      onPoll: (_, state) => reportProgress({ detail: `load balancer ${loadBalancerId} is ${state}` }),
    });
  };
