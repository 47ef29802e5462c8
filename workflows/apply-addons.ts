import { proxyActivities } from '@temporalio/workflow';
import type { ReleaseLook } from '../activities/addons/look-at-releases.ts';
import { needsCloud } from '../addons/index.ts';
import type { Activities } from '../activities/index.ts';
import type { ApplyAddonsResult } from '../model/index.ts';
import { ENSURE, INSTALL, REMOVE, WAIT } from './activity-profiles.ts';
import { installation, type InstalledAddons, wantedAddons } from './lib/addons.ts';
import { deadlineOf } from './lib/deadline.ts';
import { each } from './lib/each.ts';
import { runSteps, type StepDeclaration } from './lib/steps.ts';
import { operation } from './operation.ts';

const { lookAtReleases } = proxyActivities<Activities>(WAIT);
const { ensureCloudCredential, publishCloudConfig } = proxyActivities<Activities>(ENSURE);
const { removeRelease } = proxyActivities<Activities>(INSTALL);
const { withdrawCloudCredential } = proxyActivities<Activities>(REMOVE);

const steps = {
  lookAtReleases: { title: 'Look at what is installed', seconds: 2 },
  ensureCloudCredential: { title: 'Credential of the cloud for the cluster itself', seconds: 2 },
  publishCloudConfig: { title: 'The cluster’s credential of the cloud, into the cluster', seconds: 1 },
  installAddons: { title: 'Install and change addons', seconds: 40 },
  removeAddons: { title: 'Remove addons that are not wanted', seconds: 10 },
  withdrawCloudCredential: { title: 'Take the credential of the cloud back where no addon needs it', seconds: 1 },
} satisfies Record<string, StepDeclaration>;

/**
 * Makes the addons of a cluster those that are wanted. What is missing comes first, then what is not wanted goes, the
 * last installed before what it needed. Run again after a failure it finds what there is, and goes on.
 */
export const applyAddons = operation('applyAddons', (input, { clusterId: id, spec }) =>
  runSteps('applyAddons', steps, deadlineOf('applyAddons', input, spec), async (step, { skip }) => {
    const target = { id, spec };
    const looks = await step('lookAtReleases', [], () => lookAtReleases(target));
    const cloudIsNeeded = needsCloud(spec.addons, spec.kubernetes.version);
    if (cloudIsNeeded) {
      await step('ensureCloudCredential', [], () => ensureCloudCredential(target));
      await step('publishCloudConfig', [], () => publishCloudConfig(target));
    } else for (const name of ['ensureCloudCredential', 'publishCloudConfig'] as const) skip(name);
    const { addons, changed } = await install();
    const going = looks.filter(({ wanted }) => !wanted);
    if (going.length === 0) skip('removeAddons');
    else await step('removeAddons', [], () => removeAll(id, going));
    // Not before those that use it are gone.
    if (cloudIsNeeded) skip('withdrawCloudCredential');
    else await step('withdrawCloudCredential', [], () => withdrawCloudCredential(target));
    return { name: input.name, id, addons, changed, removed: going.length } satisfies ApplyAddonsResult;

    async function install(): Promise<Pick<InstalledAddons, 'addons' | 'changed'>> {
      const releases = wantedAddons(spec);
      if (releases.length === 0) {
        skip('installAddons');
        return { addons: {}, changed: 0 };
      }
      const { work, tolerate } = installation(target, releases);
      return step('installAddons', [], () => work(), tolerate);
    }
  }),
);

/** Removals at once: each is a process beside others of the worker. */
const AT_ONCE = 5;

/** Those that were installed last go first; those of one rank go together. */
async function removeAll(id: string, going: readonly ReleaseLook[]): Promise<void> {
  const ranks = [...new Set(going.map(({ rank }) => rank))].sort((a, b) => b - a);
  for (const rank of ranks) {
    const together = going.filter((one) => one.rank === rank);
    await each(together, { name: ({ key }) => key, atOnce: AT_ONCE, onFailure: 'stop' }, ({ release, namespace }) =>
      removeRelease({ id, release, namespace }),
    );
  }
}
