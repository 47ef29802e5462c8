/** Why an operation waits for a person: somebody paused it, or something that only people can change blocks it. */
export type AttentionKind = 'Paused' | 'Blocked';

/** That a running operation waits for a person. It ends with `resume` or `abort`. */
export interface Attention {
  readonly kind: AttentionKind;
  /** One or two sentences: what holds it, and what can be done. */
  readonly reason: string;
  /** Since when; ISO 8601. */
  readonly since: string;
}

/** What the operation's workflow signals to its cluster's. */
export interface AttentionChange {
  /** Workflow id of the operation. */
  readonly workflowId: string;
  /** Absent: it goes on. */
  readonly attention?: Attention;
}
