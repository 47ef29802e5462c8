import { z } from 'zod';

const machines = z.strictObject({
  count: z.int().min(0).describe('Machines that were Ready nodes when it was looked'),
  kubernetesVersion: z.string().min(1),
});

/** What operations have seen of a cluster: counts and facts, never lists of machines. */
export const observedSchema = z.strictObject({
  controlPlane: machines,
  nodeGroups: z.record(z.string(), machines).describe('By the group’s name'),
});

export type Observed = Readonly<z.output<typeof observedSchema>>;
