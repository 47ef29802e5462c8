import { addonsActivities } from './addons/index.ts';
import { apiActivities } from './api/index.ts';
import { cloudActivities } from './cloud/index.ts';
import { clusterActivities } from './cluster/index.ts';
import { controlPlaneActivities } from './control-plane/index.ts';
import { kubernetesActivities } from './kubernetes/index.ts';
import { machinesActivities } from './machines/index.ts';
import { networkActivities } from './network/index.ts';
import { secretsActivities } from './secrets/index.ts';
import { Clouds } from './cloud/clouds.ts';
import type { ActivityDeps, RoomDeps } from './deps.ts';
import { toFailure } from './lib/failures.ts';
import { limitStep, withinLimit } from './lib/step-deadline.ts';

export type { ActivityDeps } from './deps.ts';

/** Every activity of Slipway, by the name under which workflows call it. */
export type Activities = ReturnType<typeof composeActivities>;

/**
 * Makes the activities of a worker. Errors of OpenStack, Vault and Kubernetes leave them as failures of a stable type.
 */
export function createActivities(deps: ActivityDeps): Activities {
  const clouds = new Clouds(deps.vault, deps.onOpenStackRequest, deps.openStackProxy);
  return withVerdicts(composeActivities({ ...deps, clouds }), deps.stepTimeoutMs);
}

function composeActivities(deps: RoomDeps) {
  return {
    ...clusterActivities(deps),
    ...cloudActivities(deps),
    ...secretsActivities(deps),
    ...networkActivities(deps),
    ...machinesActivities(deps),
    ...apiActivities(deps),
    ...kubernetesActivities(deps),
    ...controlPlaneActivities(deps),
    ...addonsActivities(deps),
  };
}

function withVerdicts(activities: Activities, stepTimeoutMs: number | undefined): Activities {
  const wrapped = Object.entries(activities).map(([name, activity]) => [
    name,
    async (input: never) => {
      limitStep(stepTimeoutMs);
      try {
        return await activity(input);
      } catch (error) {
        throw withinLimit(toFailure(error));
      }
    },
  ]);
  // Each wrapper takes and returns what the activity of the same name does.
  return Object.fromEntries(wrapped) as Activities;
}
