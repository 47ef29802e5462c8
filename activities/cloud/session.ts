import { setMaxListeners } from 'node:events';
import { cancellationSignal } from '@temporalio/activity';

/** What every call of the current activity passes on. */
export function call(): { signal: AbortSignal } {
  const signal = cancellationSignal();
  // Each request that is under way listens to it. Node takes more than ten for a leak, and says so on the worker's
  // stderr.
  setMaxListeners(0, signal);
  return { signal };
}

/** Age of a Neutron resource; some releases leave `created_at` out, then ids decide. */
export const neutronAge = ({
  created_at: time,
}: {
  readonly [field: string]: unknown;
  readonly created_at?: unknown;
}): string => (typeof time === 'string' ? time : '');
