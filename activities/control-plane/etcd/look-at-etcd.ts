import { type EtcdAccess, EtcdPeer } from './etcd-members.ts';
import type { EtcdLook } from './quorum.ts';

/**
 * What the etcd of each of these nodes says of itself, and all members by the first that answers. One that does not
 * answer has no word.
 *
 * @throws ApplicationFailure `Etcd.Unavailable` when none answers
 */
export async function lookAtEtcd(
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
