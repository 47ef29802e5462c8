import { z } from 'zod';
import { releasesOf } from '../../addons/index.ts';
import { addonMinutes } from '../addon-minutes.ts';
import { clusterSpecSchema } from '../cluster-spec.ts';
import { LIVING } from '../cluster-phase.ts';
import { parseInput } from '../input.ts';
import { observedAddonsSchema } from '../observed.ts';
import { addonsSchema } from '../spec/addons.ts';
import { asCreated } from './create-cluster.ts';
import { clusterIdInput, clusterNameInput } from './cluster-input.ts';
import { declare, whereSame } from './declaration.ts';

/** Input of `applyAddons`. */
export const applyAddonsSchema = z.strictObject({
  name: clusterNameInput,
  id: clusterIdInput,
  addons: addonsSchema.describe('All addons that the cluster shall have; those that are not among them are removed'),
});

export type ApplyAddonsInput = Readonly<z.output<typeof applyAddonsSchema>>;

/** Result of `applyAddons`. */
export const applyAddonsResultSchema = z.strictObject({
  name: z.string().min(1),
  id: z.string().min(1),
  addons: observedAddonsSchema,
  changed: z.int().min(0).describe('Addons that were installed or changed'),
  removed: z.int().min(0),
});

export type ApplyAddonsResult = Readonly<z.output<typeof applyAddonsResultSchema>>;

/**
 * Makes the addons of a cluster those of the input: installs what is new, changes what differs, removes what is gone.
 */
export const applyAddons = declare({
  title: 'Apply addons',
  verb: 'apply the addons of',
  summary: 'Installs, changes and removes the addons of a cluster until they are those that are wanted',
  schema: applyAddonsSchema,
  result: applyAddonsResultSchema,
  admittedIn: LIVING,
  phases: { running: 'Updating', completed: 'Ready', failed: 'UpdateFailed' },
  desire: ({ spec }, { addons }) => {
    const wanted = parseInput(clusterSpecSchema, { ...spec, addons });
    return wanted.ok ? { spec: wanted.value } : { issues: wanted.issues };
  },
  observe: ({ spec, observed }, { addons }) => ({ observed: { ...(observed ?? asCreated(spec)), addons } }),
  loss: ({ id, spec }, { addons }) => {
    const keys = (wanted: typeof addons) => releasesOf(wanted, spec.kubernetes.version).map(({ key }) => key);
    const staying = new Set(keys(addons));
    const going = keys(spec.addons).filter((key) => !staying.has(key));
    return going.length === 0 ? undefined : `removes ${going.join(', ')} from ${id}`;
  },
  conflicts: { same: 'merge', other: 'queue' },
  merge: whereSame,
  pausable: false,
  deadlineMinutes: (_, { addons, kubernetes }) => 60 + addonMinutes(addons, kubernetes.version),
});
