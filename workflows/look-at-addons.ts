import { isCancellation, proxyActivities } from '@temporalio/workflow';
import type { ReleaseLook } from '../activities/addons/look-at-releases.ts';
import type { Activities } from '../activities/index.ts';
import { type AddonLook, type AddonsLook, lookAtAddonsSchema, parseInput } from '../model/index.ts';
import { ENSURE } from './activity-profiles.ts';
import { wantedAddons } from './lib/addons.ts';
import { describeFailure, invalidInput, toWorkflowFailure } from './lib/failures.ts';

const activities = proxyActivities<Activities>({
  ...ENSURE,
  startToCloseTimeout: '10m',
  retry: { maximumAttempts: 2 },
});

/** Says how the addons of a cluster are, and what each would change. Changes nothing. */
export async function lookAtAddons(input: unknown): Promise<AddonsLook> {
  const parsed = parseInput(lookAtAddonsSchema, input);
  if (!parsed.ok) throw invalidInput(parsed.issues);
  const { id, spec, diff } = parsed.value;
  try {
    const looks = await activities.lookAtReleases({ id, spec, details: true });
    const gone = looks.filter(({ wanted }) => !wanted);
    const wanted = wantedAddons(spec).map(async (release): Promise<AddonLook> => {
      const { key, namespace, version } = release;
      const look = looks.find((one) => one.release === release.release && one.namespace === namespace);
      return {
        ...{ key, release: release.release, namespace, wanted: true, version },
        ...(look === undefined ? {} : { installed: installedAs(look) }),
        ...(diff ? await differences(key) : {}),
      };
    });
    return { addons: [...(await Promise.all(wanted)), ...gone.map(unwanted)] };
  } catch (error) {
    throw toWorkflowFailure(error);
  }

  async function differences(addon: string): Promise<Pick<AddonLook, 'objects' | 'more' | 'problem'>> {
    try {
      const { objects, more } = await activities.diffRelease({ id, spec, addon });
      return { objects: objects.map((one) => ({ ...one, fields: [...one.fields] })), ...(more === 0 ? {} : { more }) };
    } catch (error) {
      if (isCancellation(error)) throw error;
      return { problem: describeFailure(error).message };
    }
  }
}

const installedAs = ({
  version,
  appVersion,
  status,
  revision,
  drift = false,
  history = [],
}: ReleaseLook): NonNullable<AddonLook['installed']> => ({
  ...{ version, appVersion, status, revision, drift },
  history: history.map((one) => ({ ...one })),
});

const unwanted = (look: ReleaseLook): AddonLook => ({
  ...{ key: look.key, release: look.release, namespace: look.namespace, wanted: false, version: look.version },
  installed: installedAs(look),
});
