import { z } from 'zod';
import { clusterSpecSchema } from './cluster-spec.ts';

/** One thing that `slipway doctor` looked at. */
export interface DoctorCheck {
  /** Stable id, for example `cloud.images`. */
  readonly id: string;
  /** What was looked at, for a person: `Images with a Kubernetes version`. */
  readonly title: string;
  readonly ok: boolean;
  /** What was found, or why it failed, in the words of the service that said so. */
  readonly detail: string;
  /** What to do about it; only where the check failed. */
  readonly fix?: string;
}

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
export interface CloudReport {
  readonly checks: readonly DoctorCheck[];
}
