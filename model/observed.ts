import { z } from 'zod';
import { type GenerationCount, NO_GENERATION } from './generation.ts';

const kubernetesVersion = z.string().min(1);

/** The Ready machines of a group by what they were made of. */
export const generationsSchema = z
  .array(
    z.strictObject({
      generation: z.string().describe('What they were made of, as a hash; empty when that is not known'),
      count: z.int().min(1),
      kubernetesVersion,
    }),
  )
  .readonly();

const machines = z.strictObject({
  count: z.int().min(0).describe('Machines that were Ready nodes when it was looked'),
  kubernetesVersion,
  generations: generationsSchema.describe('The newest last'),
});

/** How an addon of the specification was left: by its key in the catalogue, or the name of one of one's own. */
export const observedAddonsSchema = z.record(
  z.string(),
  z.strictObject({
    version: z.string().min(1).describe('Version of the chart that was wanted'),
    state: z
      .enum(['ready', 'failed', 'waiting'])
      .describe(
        'failed: it is not as it is wanted; waiting: it was not begun, because one that comes before it failed',
      ),
  }),
);
export type ObservedAddons = Readonly<z.output<typeof observedAddonsSchema>>;

/** What operations have seen of a cluster: counts and facts, never lists of machines. */
export const observedSchema = z.strictObject({
  controlPlane: machines,
  nodeGroups: z.record(z.string(), machines).describe('By the group’s name'),
  addons: observedAddonsSchema,
});

export type Observed = Readonly<z.output<typeof observedSchema>>;
export type ObservedMachines = Observed['controlPlane'];

/** What was seen of a group. Without a look at its generations they are not known. */
export const observedMachines = (
  count: number,
  version: string,
  generations: readonly GenerationCount[] = unknownGenerations(count, version),
): ObservedMachines => ({ count, kubernetesVersion: version, generations });

const unknownGenerations = (count: number, version: string): GenerationCount[] =>
  count === 0 ? [] : [{ generation: NO_GENERATION, count, kubernetesVersion: version }];
