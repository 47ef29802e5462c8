import { FailureType, type InputIssue } from '../model/index.ts';
import { SlipwayError } from '../client/slipway-error.ts';

/** The error for a command line or file that cannot be used; exit code 2. */
export function usageError(message: string, issues: readonly InputIssue[] = []): SlipwayError {
  return new SlipwayError(FailureType.InvalidInput, message, { issues });
}
