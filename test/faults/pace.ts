import type { CloudKind } from '../../local/sandbox-processes.ts';

/**
 * How long what the matrix runs may take: as long as it needs for several tries of the client and of Temporal, and no
 * longer.
 */
export interface Pace {
  /** A hanging answer must not hang for the usual minute. */
  readonly apiTimeoutSeconds: number;
  /**
   * Steps give up after so long where a fault stays; machines that were turned away look for their way in again within
   * it.
   */
  readonly stepTimeoutSeconds: number;
  /** An operation that goes well takes seconds; one that meets a fault, with all its retries, less than this. */
  readonly operationMs: number;
}

export const paces: Readonly<Record<CloudKind, Pace>> = {
  emulator: { apiTimeoutSeconds: 2, stepTimeoutSeconds: 20, operationMs: 120_000 },
  openstack: { apiTimeoutSeconds: 15, stepTimeoutSeconds: 60, operationMs: 600_000 },
};
