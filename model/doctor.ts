import { z } from 'zod';
import { clusterSpecSchema } from './cluster-spec.ts';

const doctorCheckSchema = z.object({
  id: z.string().describe('Stable, for example `cloud.images`'),
  title: z.string().describe('What was looked at, for a person: `Images with a Kubernetes version`'),
  ok: z.boolean(),
  detail: z.string().describe('What was found, or why it failed, in the words of the service that said so'),
  fix: z.string().exactOptional().describe('What to do about it; only where the check failed'),
});
/** One thing that `slipway doctor` looked at. */
export type DoctorCheck = Readonly<z.output<typeof doctorCheckSchema>>;

/** Input of the workflow `checkCloud`. */
export const checkCloudSchema = z.strictObject({
  cloud: z.string().min(1).max(40).describe('Name of the cloud, as it is known in Vault'),
  spec: clusterSpecSchema.optional().describe('A cluster that the cloud is to hold; a small one when absent'),
});
export type CheckCloudInput = z.output<typeof checkCloudSchema>;
/** As {@link CheckCloudInput}, before defaults. */
export type CheckCloudRequest = z.input<typeof checkCloudSchema>;

/** Name of the workflow that looks at a cloud from where the worker runs: it changes nothing and needs no cluster. */
export const CHECK_CLOUD = 'checkCloud';

/** Result of `checkCloud`. */
export const cloudReportSchema = z.object({ checks: z.array(doctorCheckSchema).readonly() });
export type CloudReport = Readonly<z.output<typeof cloudReportSchema>>;
