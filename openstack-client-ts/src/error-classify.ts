import {
  ConflictError,
  type ErrorContext,
  ForbiddenError,
  InvalidRequestError,
  NotFoundError,
  type OpenStackError,
  QuotaExceededError,
  RateLimitedError,
  ResourceBusyError,
  UnauthorizedError,
  UnavailableError,
} from './errors.ts';

/**
 * Quotas are refused with 403 (Nova, Octavia), 409 (Neutron) or 413 (Cinder, Glance, Designate, Swift); only name and
 * text tell them from a policy, a conflict or a body that is too large.
 */
const QUOTA_CODE = /^(over_?quota|overLimit|.*QuotaExceeded|.*LimitExceeded)$/i;
const QUOTA_TEXT =
  /quotas? (is |was |has been )?(exceeded|met|reached)|exceed\w*\b.*quota|exceeds\w*quota|over ?quota|over a limit for/i;

const RATE_TEXT = /rate[- ]?limit|too many requests/i;

/** 409 and 400 that pass by themselves once something else has finished. */
const BUSY_CODE =
  /^((Network|Subnet|SubnetPool|Router|Port|SecurityGroup|AddressGroup)InUse|RouterInterfaceInUse\w*|IpAddressGenerationFailure|ExternalIpAddressExhausted)$/;
const BUSY_TEXT =
  /immutable state|is immutable and cannot be updated|PENDING_(CREATE|UPDATE|DELETE)|while it is in (task_state|vm_state)|^invalid (volume|snapshot): .*status must be/i;

/** The error class for a status and what the body said. */
export const classify = (status: number, context: ErrorContext): OpenStackError => {
  const { words, code = '' } = context;
  if ([403, 409, 413].includes(status) && RATE_TEXT.test(words)) return new RateLimitedError(context);
  if ([403, 409, 413].includes(status) && (QUOTA_CODE.test(code) || QUOTA_TEXT.test(words))) {
    return new QuotaExceededError(context);
  }
  if ((status === 409 || status === 400) && (BUSY_CODE.test(code) || BUSY_TEXT.test(words))) {
    return new ResourceBusyError(context);
  }
  switch (status) {
    case 401:
      return new UnauthorizedError(context);
    case 403:
      return new ForbiddenError(context);
    case 404:
    case 410:
      return new NotFoundError(context);
    case 408:
    case 425:
      return new UnavailableError(context);
    case 409:
      return new ConflictError(context);
    case 429:
      return new RateLimitedError(context);
    case 501:
      return new InvalidRequestError(context);
    default:
      return status >= 500 ? new UnavailableError(context) : new InvalidRequestError(context);
  }
};

/**
 * Seconds of a Retry-After header (RFC 9110 section 10.2.3: seconds or a date), never negative; undefined if
 * unreadable.
 */
export const readRetryAfter = (header: string | undefined, now = Date.now()): number | undefined => {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
};
