/**
 * State of one step of an operation. `tolerated`: it failed, and the operation goes on without it. `skipped`: there was
 * nothing to do. `paused`: it waits for a person.
 */
export type StepState = 'pending' | 'running' | 'paused' | 'done' | 'skipped' | 'tolerated' | 'failed' | 'cancelled';

/** One step of an operation, as a person follows it. Times are ISO 8601. */
export interface StepProgress {
  readonly id: string;
  readonly title: string;
  /** The step this one belongs to; absent at the top of the tree. */
  readonly parent?: string;
  /** Types of the activities that work for it; absent when it is named like its only one. */
  readonly activities?: readonly string[];
  readonly state: StepState;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** One line: what is waited for, what was made, or why it failed. */
  readonly detail?: string;
}

/** Answer of the query `progress` of a running operation. */
export interface OperationProgress {
  readonly operation: string;
  /** 0 to 100; steps count by the time they usually take. */
  readonly percent: number;
  readonly steps: readonly StepProgress[];
}
