import type { ClusterSpec } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { poll } from '../lib/poll.ts';
import { reportProgress } from '../lib/progress.ts';
import { ApiWatch } from '../api/api-watch.ts';
import { BootWatch } from '../machines/boot-watch.ts';
import type { Clouds } from '../cloud/clouds.ts';
import { requireApi } from './cluster-api.ts';
import { describe } from './failures.ts';

/**
 * The servers are ACTIVE: they boot, and kubeadm gives up after four minutes; the load balancer may take ten beside it.
 */
const DEADLINE_MS = 30 * 60_000;

/**
 * Waits until the cluster's API lists nodes for the administrator, through the load balancer. Meanwhile it looks now
 * and then at what the machines said on their consoles, and at the API's floating IP: a boot that failed ends the wait
 * with their words, an address that is gone with its own.
 */
export const waitForApi =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ id, spec }: { id: string; spec: ClusterSpec }): Promise<void> => {
    const api = await requireApi(vault, id);
    const cloud = await clouds.get(spec.cloud);
    const boots = new BootWatch(cloud, id);
    const way = new ApiWatch(cloud, id, spec);
    await poll({ subject: `the Kubernetes API of ${id}`, deadlineMs: DEADLINE_MS, longestMs: 500 }, async () => {
      try {
        await api.nodes();
        return { done: true };
      } catch (error) {
        await boots.check();
        await way.check();
        const pending = `the API does not answer yet (${describe(error)})`;
        reportProgress({ detail: pending });
        return { pending };
      }
    });
  };
