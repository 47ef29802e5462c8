import type { DoctorCheck } from '../../model/index.ts';
import { isSlipwayError, type SlipwayError } from '../slipway-error.ts';

/** What a check is, before it was made. */
export interface CheckSubject {
  readonly id: string;
  readonly title: string;
}

/** A check that found what it looked for. */
export const passed = (subject: CheckSubject, detail: string): DoctorCheck => ({ ...subject, ok: true, detail });

/** A check that did not. */
export const failed = (subject: CheckSubject, detail: string, fix: string): DoctorCheck => ({
  ...subject,
  ok: false,
  detail,
  fix,
});

/**
 * Makes a check; an error makes it fail, with the error's own words.
 *
 * @throws SlipwayError `Client.Aborted`
 */
export async function attempt(
  subject: CheckSubject,
  fix: string,
  look: () => Promise<DoctorCheck>,
): Promise<DoctorCheck> {
  try {
    return await look();
  } catch (error) {
    if (isSlipwayError(error, 'Client.Aborted')) throw error;
    return failed(subject, error instanceof Error ? error.message : String(error), fix);
  }
}

/** A check that failed with this error. */
export const failedWith = (subject: CheckSubject, error: SlipwayError, fix: string): DoctorCheck =>
  failed(subject, error.message, fix);
