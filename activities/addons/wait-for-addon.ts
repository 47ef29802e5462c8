import { requireApi } from '../kubernetes/cluster-api.ts';
import { poll } from '../lib/poll.ts';
import { reportProgress } from '../lib/progress.ts';
import { type AddonTarget, wantedRelease } from './addon-target.ts';
import type { AddonDeps } from './helm-run.ts';
import { lookAtCheck, nameOf } from './ready-checks.ts';

/** Webhooks get their certificates after Helm is done, and the API server finds a server behind it in its own time. */
const DEADLINE_MS = 5 * 60_000;

/** Waits until an addon works, as its own checks say: what Helm waits for does not prove that a webhook answers. */
export const waitForAddon =
  ({ vault }: AddonDeps) =>
  async (target: AddonTarget): Promise<void> => {
    const { key, ready } = wantedRelease(target);
    const api = await requireApi(vault, target.id);
    for (const check of ready) {
      await poll({ subject: `${key}: ${nameOf(check)}`, deadlineMs: DEADLINE_MS }, async () => {
        const seen = await lookAtCheck(api, check);
        if ('pending' in seen) reportProgress({ detail: `${key}: ${seen.pending}` });
        return seen;
      });
    }
  };
