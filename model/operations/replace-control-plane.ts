import { z } from 'zod';
import { clusterSpecSchema } from '../cluster-spec.ts';
import { LIVING } from '../cluster-phase.ts';
import { parseInput } from '../input.ts';
import { generationsSchema, observedMachines } from '../observed.ts';
import { asCreated } from './create-cluster.ts';
import { clusterIdInput, clusterNameInput } from './cluster-input.ts';
import { declare, whereSame } from './declaration.ts';
import { drainMinutesInput, onBlockedInput } from './drain-input.ts';

/** Input of `replaceControlPlane`. */
export const replaceControlPlaneSchema = z.strictObject({
  name: clusterNameInput,
  id: clusterIdInput,
  machines: z
    .array(z.string().min(1).max(63))
    .min(1)
    .max(5)
    .optional()
    .describe('Names of the machines to replace; without them and without a count all are replaced'),
  count: z
    .literal([1, 3, 5])
    .optional()
    .describe('How many machines the control plane shall have; as many as now when absent'),
  onBlocked: onBlockedInput,
  drainMinutes: drainMinutesInput,
});

export type ReplaceControlPlaneInput = Readonly<z.output<typeof replaceControlPlaneSchema>>;

/** Result of `replaceControlPlane`. */
export const replaceControlPlaneResultSchema = z.strictObject({
  name: z.string().min(1),
  id: z.string().min(1),
  count: z.int().min(1).describe('Machines of the control plane, all Ready and voting in etcd'),
  generations: generationsSchema.optional().describe('What they were made of; the newest last'),
  added: z.int().min(0),
  removed: z.int().min(0),
});

export type ReplaceControlPlaneResult = Readonly<z.output<typeof replaceControlPlaneResultSchema>>;

/**
 * Replaces machines of the control plane one after the other, a new one before an old one, and changes their number the
 * same way.
 */
export const replaceControlPlane = declare({
  title: 'Replace the control plane',
  verb: 'replace the control plane of',
  summary:
    'Replaces machines of the control plane one after the other, the new one first; changes their number the same way',
  schema: replaceControlPlaneSchema,
  result: replaceControlPlaneResultSchema,
  admittedIn: LIVING,
  phases: { running: 'Updating', completed: 'Ready', failed: 'UpdateFailed' },
  desire: ({ spec }, { count = spec.controlPlane.count }) => {
    const wanted = parseInput(clusterSpecSchema, { ...spec, controlPlane: { ...spec.controlPlane, count } });
    return wanted.ok ? { spec: wanted.value } : { issues: wanted.issues };
  },
  observe: ({ spec, observed }, { count, generations }) => {
    const before = observed ?? asCreated(spec);
    const controlPlane = observedMachines(count, before.controlPlane.kubernetesVersion, generations);
    return { observed: { ...before, controlPlane } };
  },
  loss: ({ id, spec }, { machines, count }) => {
    const now = spec.controlPlane.count;
    const fewer = Math.max(0, now - (count ?? now));
    const replaced = machines?.length ?? (count === undefined ? now : 0);
    const words = [
      ...(replaced === 0 ? [] : [`replaces ${replaced} of the ${now} machines of the control plane of ${id}`]),
      ...(fewer === 0 ? [] : [`removes ${fewer} of its ${now} machines`]),
    ];
    return words.length === 0 ? undefined : words.join(', and ');
  },
  conflicts: { same: 'merge', other: 'queue' },
  merge: whereSame,
  pausable: true,
  deadlineMinutes: ({ drainMinutes }) => 60 + 10 * (drainMinutes + 30),
});
