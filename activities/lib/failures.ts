import { activityInfo, ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { type ErrorKind, OpenStackError } from 'openstack-client-ts';
import { FailureType } from '../../model/index.ts';
import { VaultError } from '../../vault/index.ts';
import { UserDataError } from '../bootstrap/index.ts';

/**
 * How an error of a service becomes a failure: its stable type, and how often the whole activity may be tried again.
 */
interface Rule {
  readonly type: FailureType;
  /** `never`: a retry cannot help. `always`: until the activity's deadline. A number: so many tries in all. */
  readonly retry: 'never' | 'always' | number;
  /** Milliseconds before the next try, when the service itself names none. */
  readonly delayMs?: number;
}

/**
 * The error table. A 404 on something needed and a 401 are retried a few times, because a cloud's services learn of
 * each other's news with some seconds' delay; a name conflict is, because the next try finds what is there.
 */
const OPENSTACK_RULES: Record<ErrorKind, Rule> = {
  Unavailable: { type: FailureType.OpenStackUnavailable, retry: 'always' },
  RateLimited: { type: FailureType.OpenStackRateLimited, retry: 'always', delayMs: 5000 },
  Unauthorized: { type: FailureType.OpenStackUnauthorized, retry: 4, delayMs: 3000 },
  Forbidden: { type: FailureType.OpenStackForbidden, retry: 'never' },
  QuotaExceeded: { type: FailureType.OpenStackQuotaExceeded, retry: 'never' },
  NotFound: { type: FailureType.OpenStackNotFound, retry: 4, delayMs: 3000 },
  Conflict: { type: FailureType.OpenStackConflict, retry: 4, delayMs: 2000 },
  ResourceBusy: { type: FailureType.OpenStackResourceBusy, retry: 'always', delayMs: 5000 },
  InvalidRequest: { type: FailureType.OpenStackInvalidRequest, retry: 'never' },
  ResourceInError: { type: FailureType.OpenStackResourceInError, retry: 'never' },
  Timeout: { type: FailureType.DeadlineExceeded, retry: 'never' },
  VersionIgnored: { type: FailureType.OpenStackVersionIgnored, retry: 'never' },
  UnexpectedResponse: { type: FailureType.OpenStackUnavailable, retry: 10 },
  Configuration: { type: FailureType.OpenStackInvalidRequest, retry: 'never' },
};

/** A token that an agent is just replacing, or whose owner sleeps, is waited for as a sealed Vault is. */
const VAULT_RULES: Record<VaultError['kind'], Rule> = {
  unavailable: { type: FailureType.VaultUnavailable, retry: 'always' },
  unauthorized: { type: FailureType.VaultUnauthorized, retry: 'always', delayMs: 5000 },
  forbidden: { type: FailureType.VaultForbidden, retry: 4, delayMs: 3000 },
  'not-found': { type: FailureType.VaultNotFound, retry: 'never' },
  invalid: { type: FailureType.VaultForbidden, retry: 'never' },
};

/** What an activity throws for an error of the world outside: the type is stable, the words are the service's own. */
export function toFailure(error: unknown, attempt: number = activityInfo().attempt): unknown {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  if (error instanceof OpenStackError) {
    const rule = OPENSTACK_RULES[error.kind];
    const delayMs = error.retryAfter === undefined ? rule.delayMs : error.retryAfter * 1000;
    return failure(error, rule, attempt, delayMs);
  }
  if (error instanceof VaultError) {
    const rule = VAULT_RULES[error.kind];
    return failure(error, rule, attempt, rule.delayMs);
  }
  if (error instanceof UserDataError) return ApplicationFailure.nonRetryable(error.message, FailureType.InvalidInput);
  return error;
}

/** "Not yet": retried, and not logged or counted as an error. */
export function notYet(type: FailureType, message: string): ApplicationFailure {
  return ApplicationFailure.create({ type, message, category: ApplicationFailureCategory.BENIGN });
}

function failure(error: Error, rule: Rule, attempt: number, delayMs: number | undefined): ApplicationFailure {
  const nonRetryable = rule.retry === 'never' || (rule.retry !== 'always' && attempt >= rule.retry);
  return ApplicationFailure.create({
    type: rule.type,
    message: error.message,
    nonRetryable,
    ...(delayMs === undefined || nonRetryable ? {} : { nextRetryDelay: delayMs }),
  });
}
