import { TASK_QUEUE } from '../model/index.ts';
import type { Environment } from '../temporal/index.ts';

export interface ClientConfiguration {
  /** Everything, for Temporal's and Vault's own conventions. */
  readonly variables: Environment;
  readonly taskQueue: string;
  readonly temporalUi?: string;
}

/** What the client takes from the environment beside Temporal's and Vault's own variables. */
export function clientConfiguration(variables: Environment = process.env): ClientConfiguration {
  const { SLIPWAY_TASK_QUEUE: taskQueue, SLIPWAY_TEMPORAL_UI: temporalUi } = variables;
  return {
    variables,
    taskQueue: taskQueue === undefined || taskQueue === '' ? TASK_QUEUE : taskQueue,
    ...(temporalUi === undefined || temporalUi === '' ? {} : { temporalUi }),
  };
}
