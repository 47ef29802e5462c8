import { z } from 'zod';
import { clusterSpecSchema, type NodeGroup } from '../cluster-spec.ts';
import { LIVING } from '../cluster-phase.ts';
import { parseInput } from '../input.ts';
import { groupSize } from '../machine-groups.ts';
import { clusterIdInput, clusterNameInput } from './cluster-input.ts';
import { declare, type Desire, type KnownCluster, type OtherRequest } from './declaration.ts';
import { drainMinutesInput, onBlockedInput } from './drain-input.ts';
import {
  findNodeGroup,
  LONGEST_MINUTES,
  MOST_NAMED,
  nodeGroupObserved,
  nodeGroupResultSchema,
  WAVE_SIZE,
} from './node-group.ts';

const size = z.int().min(0).max(5000);

/** Input of `resizeNodeGroup`. */
export const resizeNodeGroupSchema = z
  .strictObject({
    name: clusterNameInput,
    id: clusterIdInput,
    group: z.string().min(1).max(16).describe('Name of the node group'),
    count: size.optional().describe('How many machines the group shall have; as many as now when absent'),
    remove: z
      .array(z.string().min(1).max(63))
      .min(1)
      .max(MOST_NAMED)
      .optional()
      .describe(
        'Names of machines that shall go, before any other. With the count as it is they are replaced: the new ones come first',
      ),
    min: size.optional().describe('Smallest count that the autoscaler may ask for; kept with the group'),
    max: size.optional().describe('Largest count that the autoscaler may ask for; kept with the group'),
    onBlocked: onBlockedInput,
    drainMinutes: drainMinutesInput,
  })
  .refine(({ count, remove, min, max }) => [count, remove, min, max].some((one) => one !== undefined), {
    path: ['count'],
    message: 'nothing is asked for: give count, remove, min or max',
  })
  .refine(({ count, remove }) => remove === undefined || count !== undefined, {
    path: ['count'],
    message: 'must say how many machines stay when some are named: then a request that is repeated removes no others',
  });

export type ResizeNodeGroupInput = Readonly<z.output<typeof resizeNodeGroupSchema>>;

/**
 * Makes a node group larger or smaller. Two wishes for the size of one group that wait are one: the later. One that
 * runs takes over what is asked for meanwhile.
 */
export const resizeNodeGroup = declare({
  title: 'Resize a node group',
  verb: 'resize a node group of',
  summary: 'Makes a node group of a cluster larger or smaller; machines that go are drained first',
  schema: resizeNodeGroupSchema,
  result: nodeGroupResultSchema,
  admittedIn: LIVING,
  phases: { running: 'Updating', completed: 'Ready', failed: 'UpdateFailed' },
  desire: resized,
  observe: nodeGroupObserved,
  loss: ({ id, spec }, { group, count, remove = [] }) => {
    const before = groupSize(spec, group);
    const going = Math.max(remove.length, before - (count ?? before));
    return going === 0 ? undefined : `drains and removes ${going} of the ${before} machines of ${group} in ${id}`;
  },
  conflicts: { same: 'merge', other: 'queue' },
  merge: bothWishes,
  handOver: {
    concerns: ({ group }, request) => askedSize(request)?.group === group,
    takes: (running, request) => {
      const next = askedSize(request);
      if (next === undefined) return undefined;
      // A name that is asked for twice may be gone already; only a look of its own can say what the second time means.
      const again = running.remove?.some((name) => next.remove?.includes(name)) === true;
      return again ? undefined : bothWishes(running, next);
    },
    taken: ({ takenOver = 0 }) => takenOver,
  },
  pausable: true,
  deadlineMinutes: ({ drainMinutes, count = 0 }, { nodeGroups }) => {
    const largest = Math.max(count, ...nodeGroups.map((group) => group.count));
    const waves = Math.ceil(largest / WAVE_SIZE) + 1;
    return Math.min(LONGEST_MINUTES, 90 + waves * (drainMinutes + 20));
  },
});

/** The later wish for the size of a group, with the names of both; undefined when they are not about one group. */
function bothWishes(earlier: ResizeNodeGroupInput, later: ResizeNodeGroupInput): ResizeNodeGroupInput | undefined {
  if (earlier.group !== later.group) return undefined;
  const remove = [...new Set([...(earlier.remove ?? []), ...(later.remove ?? [])])];
  if (remove.length > MOST_NAMED) return undefined;
  return { ...earlier, ...given(later), ...(remove.length === 0 ? {} : { remove }) };
}

/**
 * The size of a group that a request asks for. For any operation that changes machines of a group and can take it over
 * meanwhile.
 */
export function askedSize({ operation, input }: OtherRequest): ResizeNodeGroupInput | undefined {
  const parsed = operation === 'resizeNodeGroup' ? parseInput(resizeNodeGroupSchema, input) : undefined;
  return parsed?.ok === true ? parsed.value : undefined;
}

/** Without what is absent, which would overwrite. */
const given = <T extends object>(input: T): Partial<T> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Partial<T>;

function resized({ spec }: KnownCluster, input: ResizeNodeGroupInput): Desire {
  const { group: name } = input;
  const before = findNodeGroup({ spec }, name);
  if ('reason' in before) return { issues: [{ path: 'group', reason: before.reason }] };
  const { min, max } = input;
  const after: NodeGroup = {
    ...before,
    count: input.count ?? before.count,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
  const nodeGroups = spec.nodeGroups.map((group) => (group.name === name ? after : group));
  const wanted = parseInput(clusterSpecSchema, { ...spec, nodeGroups });
  return wanted.ok ? { spec: wanted.value } : { issues: wanted.issues };
}
