import { z } from 'zod';
import { LIVING } from '../cluster-phase.ts';
import { groupSize } from '../machine-groups.ts';
import { rolloutLimits } from '../machine-sets.ts';
import { clusterIdInput, clusterNameInput } from './cluster-input.ts';
import { declare, whereSame } from './declaration.ts';
import { drainMinutesInput, onBlockedInput } from './drain-input.ts';
import {
  findNodeGroup,
  LONGEST_MINUTES,
  MOST_NAMED,
  nodeGroupObserved,
  nodeGroupResultSchema,
  WAVE_SIZE,
} from './node-group.ts';
import { askedSize } from './resize-node-group.ts';

/** A number of machines, or a part of the group. */
const limit = z.union([z.int().min(0).max(5000), z.string().regex(/^\d{1,3}%?$/, 'is no number and no percentage')]);

/** Input of `replaceNodeGroup`. */
export const replaceNodeGroupSchema = z
  .strictObject({
    name: clusterNameInput,
    id: clusterIdInput,
    group: z.string().min(1).max(16).describe('Name of the node group'),
    machines: z
      .array(z.string().min(1).max(63))
      .min(1)
      .max(MOST_NAMED)
      .optional()
      .describe('Names of the machines to replace; without them and without outdated all are replaced'),
    outdated: z
      .boolean()
      .default(false)
      .describe('Replace the machines that are of another generation than those that would be made now'),
    maxSurge: limit
      .default(1)
      .describe(
        'How many machines the group may have beyond its count meanwhile: a number, or a percentage, rounded up',
      ),
    maxUnavailable: limit
      .default(0)
      .describe(
        'How many machines less than its count may be Ready meanwhile: a number, or a percentage, rounded down',
      ),
    onBlocked: onBlockedInput,
    drainMinutes: drainMinutesInput,
  })
  .refine(
    ({ maxSurge, maxUnavailable }) => [maxSurge, maxUnavailable].some((one) => Number.parseInt(String(one)) > 0),
    {
      path: ['maxSurge'],
      message: 'and maxUnavailable are both 0: then no machine can be replaced',
    },
  );

export type ReplaceNodeGroupInput = Readonly<z.output<typeof replaceNodeGroupSchema>>;

/**
 * Replaces machines of a node group wave by wave, new ones before old ones. What is asked for the size of the group
 * meanwhile is taken over with the next wave, unless machines are named: those may be ones that are being replaced, and
 * only a look of its own can say.
 */
export const replaceNodeGroup = declare({
  title: 'Replace a node group',
  verb: 'replace a node group of',
  summary: 'Replaces machines of a node group wave by wave, the new ones first; those that go are drained',
  schema: replaceNodeGroupSchema,
  result: nodeGroupResultSchema,
  admittedIn: LIVING,
  phases: { running: 'Updating', completed: 'Ready', failed: 'UpdateFailed' },
  desire: ({ spec }, { group }) => {
    const found = findNodeGroup({ spec }, group);
    return 'reason' in found ? { issues: [{ path: 'group', reason: found.reason }] } : { spec };
  },
  observe: nodeGroupObserved,
  loss: ({ id, spec }, { group, machines, outdated }) => {
    const all = groupSize(spec, group);
    const named = machines?.length ?? 0;
    const which = outdated
      ? ['those of older generations', ...(named === 0 ? [] : [`${named} more`])].join(' and ')
      : `${named === 0 ? all : named}`;
    return all === 0 ? undefined : `drains and replaces ${which} of the ${all} machines of ${group} in ${id}`;
  },
  conflicts: { same: 'merge', other: 'queue' },
  merge: whereSame,
  handOver: {
    concerns: ({ group }, request) => askedSize(request)?.group === group,
    // The new size is in the specification that comes with the wish.
    takes: (running, request) => (askedSize(request)?.remove === undefined ? running : undefined),
    taken: ({ takenOver = 0 }) => takenOver,
  },
  pausable: true,
  deadlineMinutes: ({ group, machines, outdated, drainMinutes, ...limits }, spec) => {
    const count = groupSize(spec, group);
    const going = machines === undefined || outdated ? count : machines.length;
    const { surge, unavailable } = rolloutLimits(count, limits);
    const waves = Math.ceil(going / Math.min(WAVE_SIZE, surge + unavailable)) + 1;
    return Math.min(LONGEST_MINUTES, 90 + waves * (drainMinutes + 20));
  },
});
