import { ApplicationFailure, isCancellation, proxyActivities } from '@temporalio/workflow';
import { type AddonRelease, releasesOf } from '../../addons/index.ts';
import type { Activities } from '../../activities/index.ts';
import { type ClusterSpec, FailureType, type ObservedAddons } from '../../model/index.ts';
import { INSTALL, WAIT } from '../activity-profiles.ts';
import { item } from './each.ts';
import { describeFailure } from './failures.ts';

const { ensureRelease } = proxyActivities<Activities>(INSTALL);
const { waitForAddon } = proxyActivities<Activities>(WAIT);

export interface AddonsTarget {
  readonly id: string;
  readonly spec: ClusterSpec;
}

/** How the addons of a specification, or of one stage, were left. */
export interface InstalledAddons {
  readonly addons: ObservedAddons;
  /** Those that were installed or changed. */
  readonly changed: number;
  /** Why some are not ready; absent where all are. */
  readonly failure?: ApplicationFailure;
  /** Whether one of those is required. */
  readonly fatal: boolean;
}

/** The addons that are wanted, of one stage or of both. */
export const wantedAddons = ({ addons, kubernetes }: ClusterSpec, stage?: AddonRelease['stage']): AddonRelease[] =>
  releasesOf(addons, kubernetes.version).filter((one) => stage === undefined || one.stage === stage);

/**
 * Brings addons to what is wanted: those that do not wait for each other at the same time, the network's before all
 * others. One that fails leaves those that come after it unbegun, and is waited for by nothing else: what can be had is
 * had. Within a step, whose items they are. Never throws but when it is cancelled.
 *
 * @param before how those were left that an earlier stage has installed
 */
async function installAddons(
  target: AddonsTarget,
  releases: readonly AddonRelease[],
  before: ObservedAddons = {},
): Promise<InstalledAddons> {
  const addons: Record<string, ObservedAddons[string]> = {};
  const failures: { readonly release: AddonRelease; readonly words: string; readonly type: string }[] = [];
  let changed = 0;
  const running = new Map<string, Promise<void>>();
  const network = releases.filter(({ stage }) => stage === 'network').map(({ key }) => key);

  const install = async (release: AddonRelease): Promise<void> => {
    const { key, version } = release;
    const first = release.stage === 'network' ? release.after : [...network, ...release.after];
    await Promise.all(first.map((other) => running.get(other) ?? Promise.resolve()));
    const missing = release.after.find((other) => (addons[other] ?? before[other])?.state !== 'ready');
    if (missing !== undefined) {
      addons[key] = { version, state: 'waiting' };
      failures.push({
        release,
        words: `${missing}, which comes before it, is not ready`,
        type: FailureType.AddonBlocked,
      });
      return;
    }
    try {
      await item(key, async () => {
        const ensured = await ensureRelease({ ...target, addon: key });
        if (ensured.changed) changed += 1;
        if (release.ready.length > 0) await waitForAddon({ ...target, addon: key });
      });
      addons[key] = { version, state: 'ready' };
    } catch (error) {
      if (isCancellation(error)) throw error;
      addons[key] = { version, state: 'failed' };
      const { type, message } = describeFailure(error);
      failures.push({ release, words: message, type });
    }
  };
  // Whoever waits finds what it waits for: that stands before it.
  const order = ({ stage, rank }: AddonRelease): number => (stage === 'network' ? rank : releases.length + rank);
  for (const release of [...releases].sort((a, b) => order(a) - order(b))) running.set(release.key, install(release));
  await Promise.all(running.values());

  const fatal = failures.find(({ release }) => release.required);
  const [first] = fatal === undefined ? failures : [fatal];
  return {
    ...{ addons, changed, fatal: fatal !== undefined },
    ...(first === undefined ? {} : { failure: inWords(failures, first.type) }),
  };
}

/** The work of a step that installs addons, and what it tolerates: failures of those that are not required. */
export function installation(target: AddonsTarget, releases: readonly AddonRelease[]) {
  let installed: InstalledAddons | undefined;
  return {
    work: async (before?: ObservedAddons): Promise<InstalledAddons> => {
      installed = await installAddons(target, releases, before);
      if (installed.failure !== undefined) throw installed.failure;
      return installed;
    },
    tolerate: (error: unknown): InstalledAddons => {
      if (installed === undefined || installed.fatal) throw error;
      return installed;
    },
  };
}

function inWords(
  failures: readonly { readonly release: AddonRelease; readonly words: string }[],
  type: string,
): ApplicationFailure {
  const words = failures.map(({ release, words: why }) => `${release.key}: ${why}`);
  return ApplicationFailure.nonRetryable(words.join('; '), type);
}
