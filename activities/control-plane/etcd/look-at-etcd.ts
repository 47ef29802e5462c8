import type { ApplicationFailure } from '@temporalio/activity';
import { poll } from '../../lib/poll.ts';
import { reportProgress } from '../../lib/progress.ts';
import { type EtcdAccess, type EtcdMember, EtcdPeer } from './etcd-members.ts';
import { type EtcdLook, whyNotRemove } from './quorum.ts';

/** A member that restarts, or an election, is over by then. */
const WHOLE_WITHIN_MS = 60_000;
/** Less than the two minutes of a try; looks at members that do not answer take their time. */
const DEADLINE_MS = 100_000;

/** Members that shall leave etcd. */
export interface Leaving {
  readonly of: (members: readonly EtcdMember[]) => readonly EtcdMember[];
  /** How many members must be left. */
  readonly wanted: number;
  /** The failure that says why they must not. */
  readonly refusal: (reason: string, going: readonly EtcdMember[]) => ApplicationFailure;
}

/** What was seen of etcd when the rest was whole. */
export interface SafeLook extends EtcdLook {
  /** The node of a member that answers, and stays. */
  readonly helper: string;
  readonly going: readonly EtcdMember[];
}

/**
 * Looks at etcd until the rest is whole without the members that leave: at once as a rule, after a minute at most.
 *
 * @param nodes those that are asked
 * @throws ApplicationFailure the refusal, with the last reason
 */
export async function lookUntilSafe(
  access: EtcdAccess,
  nodes: readonly string[],
  { of, wanted, refusal }: Leaving,
): Promise<SafeLook> {
  const giveUpAt = Date.now() + WHOLE_WITHIN_MS;
  return poll({ subject: 'etcd to be whole without what leaves it', deadlineMs: DEADLINE_MS }, async () => {
    const look = await lookAtEtcd(access, nodes);
    const going = of(look.members);
    const reason = going.length === 0 ? undefined : whyNotRemove(look, going, wanted);
    if (reason === undefined) return { done: { ...look, going } };
    if (Date.now() >= giveUpAt) throw refusal(reason, going);
    reportProgress({ detail: `waiting for etcd: ${reason}` });
    return { pending: reason };
  });
}

/**
 * What the etcd of each of these nodes says of itself, and all members by the first that answers. One that does not
 * answer has no word.
 *
 * @throws ApplicationFailure `Etcd.Unavailable` when none answers
 */
async function lookAtEtcd(
  access: EtcdAccess,
  nodes: readonly string[],
): Promise<EtcdLook & { readonly helper: string }> {
  const asked = await Promise.all(
    nodes.map(async (node) => {
      try {
        return { node, status: await EtcdPeer.with(access, node, (peer) => peer.status()) };
      } catch (error) {
        return { node, error };
      }
    }),
  );
  const statuses = new Map(
    asked.flatMap(({ node, status }) => (status === undefined ? [] : [[node, status] as const])),
  );
  const [helper] = statuses.keys();
  if (helper === undefined) throw failures(asked);
  return { helper, statuses, members: await EtcdPeer.with(access, helper, (peer) => peer.members()) };
}

/** Why none answers: the failure of the first, which Temporal retries or not by its type. */
function failures(asked: readonly { readonly error?: unknown }[]): Error {
  const [first] = asked.map(({ error }) => error).filter((error) => error instanceof Error);
  return first ?? new Error('there is no node to ask for etcd');
}
