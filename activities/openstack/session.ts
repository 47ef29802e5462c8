import { cancellationSignal } from '@temporalio/activity';

/** What every call of the current activity passes on. */
export const call = (): { signal: AbortSignal } => ({ signal: cancellationSignal() });

/** Age of a Neutron resource; some releases leave `created_at` out, then ids decide. */
export const neutronAge = ({
  created_at: time,
}: {
  readonly [field: string]: unknown;
  readonly created_at?: unknown;
}): string => (typeof time === 'string' ? time : '');
