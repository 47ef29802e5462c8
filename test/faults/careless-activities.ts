import type { ActivityDeps } from '../../activities/index.ts';
import { Clouds } from '../../activities/cloud/clouds.ts';
import { call } from '../../activities/cloud/session.ts';
import { type ClusterSpec, CONTROL_PLANE_GROUP, serverGroupName } from '../../model/index.ts';

/** Input of the activities that are replaced here. */
interface Target {
  readonly id: string;
  readonly spec: ClusterSpec;
}

/** Activities as somebody might write them who did not read CONTRIBUTING.md: the matrix must find them. */
const activities = {
  /** Creates without looking what an earlier try made. */
  ensureServerGroups:
    ({ vault }: ActivityDeps) =>
    async ({ id, spec }: Target): Promise<Record<string, string>> => {
      const { client } = await new Clouds(vault).get(spec.cloud);
      const groups = [CONTROL_PLANE_GROUP, ...spec.nodeGroups.map(({ name }) => name)];
      const made = groups.map(async (group) => {
        const wanted = { name: serverGroupName(id, group), policy: 'soft-anti-affinity' } as const;
        return [group, (await client.compute.serverGroups.create(wanted, call())).id] as const;
      });
      return Object.fromEntries(await Promise.all(made));
    },
  /** Removes nothing. */
  deleteFloatingIps: () => () => Promise.resolve({ removed: {} }),
};

/** The careless activities with these names. */
export function careless(names: readonly string[], deps: ActivityDeps): object {
  const chosen = Object.entries(activities).filter(([name]) => names.includes(name));
  return Object.fromEntries(chosen.map(([name, make]) => [name, make(deps)]));
}
