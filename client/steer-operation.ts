import { declarationOf, FailureType, messages, type RunningOperation } from '../model/index.ts';
import { unlessAbsent } from './absent-workflow.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { SlipwayError } from './slipway-error.ts';
import type { CallOptions, TemporalService } from './temporal-service.ts';

/** What a person can tell a running operation. */
export type Steering = 'pause' | 'resume' | 'abort';

/**
 * Tells the running operation of a cluster to wait at its next safe point, to go on, or to end there.
 *
 * @returns the operation that was told
 * @throws SlipwayError `Slipway.ClusterNotFound`; `Slipway.NotAdmitted` when nothing runs, or no longer, or nothing
 *   that is pausable
 */
export async function steerOperation(
  { temporal, reader }: { readonly temporal: TemporalService; readonly reader: ClusterReader },
  name: string,
  steering: Steering,
  options: CallOptions,
): Promise<RunningOperation> {
  const { running } = await reader.get(name, options);
  if (running === undefined) {
    throw new SlipwayError(
      FailureType.NotAdmitted,
      `Nothing runs on cluster ${name}, so there is nothing to ${steering}`,
    );
  }
  const { operation, workflowId } = running;
  const { pausable, title } = declarationOf(operation);
  if (!pausable) {
    const message =
      `"${title}" runs on cluster ${name}, and has no safe point at which it could wait or end. It can be cancelled ` +
      `(temporal workflow cancel --workflow-id ${running.requestedBy})`;
    throw new SlipwayError(FailureType.NotAdmitted, message, { workflowId });
  }
  const handle = temporal.client.workflow.getHandle(workflowId);
  const told = await temporal.call(
    `${steering} ${operation} of cluster ${name}`,
    () => unlessAbsent(() => handle.signal(messages[steering]).then(() => true)),
    { ...options, workflowId },
  );
  if (told === undefined)
    throw new SlipwayError(FailureType.NotAdmitted, `"${title}" has just ended on cluster ${name}`, { workflowId });
  return running;
}
