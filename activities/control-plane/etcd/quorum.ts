import type { EtcdMember, EtcdStatus } from './etcd-members.ts';

/** The members of a cluster's etcd, and what each that answers says of itself, by its name. */
export interface EtcdLook {
  readonly members: readonly EtcdMember[];
  readonly statuses: ReadonlyMap<string, EtcdStatus>;
}

/**
 * Why members must not be removed now; undefined when the rest is whole without them: enough members, all of them
 * started and voting, each of them well, with a leader. Those that go may be broken themselves.
 *
 * @param wanted how many members must be left; one that only learns may go even so
 */
export function whyNotRemove(
  { members, statuses }: EtcdLook,
  going: readonly EtcdMember[],
  wanted: number,
): string | undefined {
  const rest = members.filter(({ id }) => going.every((one) => one.id !== id));
  if (rest.length === 0) return 'nothing of etcd would be left';
  if (rest.length < wanted && going.some(({ isLearner }) => !isLearner))
    return `${rest.length} members would be left, and ${wanted} are wanted`;
  const unstarted = rest.filter(({ name }) => name === '').length;
  if (unstarted > 0) return `${unstarted} of the others have not started`;
  const learners = rest.filter(({ isLearner }) => isLearner).map(({ name }) => name);
  if (learners.length > 0) return `${learners.join(', ')} still learn, and have no vote`;
  for (const { name } of rest) {
    const status = statuses.get(name);
    if (status === undefined) return `${name} does not answer`;
    if (status.errors.length > 0) return `${name} says: ${status.errors.join(', ')}`;
    if (status.leaderId === '0') return `${name} knows no leader`;
  }
  return undefined;
}
