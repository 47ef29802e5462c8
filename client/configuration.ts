import { TASK_QUEUE } from '../model/index.ts';
import type { Environment } from '../temporal/index.ts';

export interface ClientConfiguration {
  /** Everything, for Temporal's and Vault's own conventions. */
  readonly variables: Environment;
  readonly taskQueue: string;
  readonly temporalUi?: string;
  /** Name of the workers' Worker Deployment. */
  readonly deploymentName: string;
}

/** What the client takes from the environment beside Temporal's and Vault's own variables. */
export function clientConfiguration(variables: Environment = process.env): ClientConfiguration {
  const { SLIPWAY_TASK_QUEUE: taskQueue, SLIPWAY_TEMPORAL_UI: temporalUi } = variables;
  const { SLIPWAY_DEPLOYMENT_NAME: deploymentName } = variables;
  return {
    variables,
    taskQueue: taskQueue === undefined || taskQueue === '' ? TASK_QUEUE : taskQueue,
    deploymentName: deploymentName === undefined || deploymentName === '' ? 'slipway' : deploymentName,
    ...(temporalUi === undefined || temporalUi === '' ? {} : { temporalUi }),
  };
}
