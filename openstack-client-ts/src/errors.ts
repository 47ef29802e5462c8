/** What an error means, independent of the service and the status code it came with. */
export type ErrorKind =
  | 'Unavailable'
  | 'RateLimited'
  | 'Unauthorized'
  | 'Forbidden'
  | 'QuotaExceeded'
  | 'NotFound'
  | 'Conflict'
  | 'ResourceBusy'
  | 'InvalidRequest'
  | 'ResourceInError'
  | 'Timeout'
  | 'VersionIgnored'
  | 'UnexpectedResponse'
  | 'Configuration';

/** What is known about a failed request. Never holds a secret: URLs are redacted before they get here. */
export interface ErrorContext {
  /** OpenStack's own words, as short as they came. */
  words: string;
  /** HTTP status, if a response came. */
  status?: number | undefined;
  method?: string | undefined;
  /** URL without user info and without signatures in its query. */
  url?: string | undefined;
  /** `x-openstack-request-id` or `x-compute-request-id`: what an operator searches the service's logs for. */
  requestId?: string | undefined;
  /** The service's own name of the error, e.g. Neutron's `OverQuota` or Nova's `itemNotFound`. */
  code?: string | undefined;
  /** Seconds after which the service wants to be asked again (RFC 9110, Retry-After), whatever their number. */
  retryAfter?: number | undefined;
  /** Whether the request may have had its effect. False only if it surely did not. */
  mayHaveArrived?: boolean | undefined;
  cause?: unknown;
}

const ADVICE: Partial<Record<ErrorKind, string>> = {
  Unauthorized: 'Check that the credential is valid and not expired.',
  Forbidden: 'The credential lacks a role for this; ask the cloud operator or use another credential.',
  QuotaExceeded: 'Free resources of the project or have its quota raised, then try again.',
  RateLimited: 'Send fewer requests, and try again later.',
  ResourceBusy: 'Wait until the resource has settled, then try again.',
  Unavailable: 'The service or the way to it is down; try again later.',
  VersionIgnored:
    'See that everything between here and the service passes the version headers on, and that the endpoint is the one with ' +
    'microversions (Nova: …/v2.1, not …/v2).',
};

const describe = (kind: ErrorKind, context: ErrorContext): string => {
  const asked = context.method && context.url ? `${context.method} ${context.url}` : undefined;
  const facts = [
    context.status === undefined ? undefined : `HTTP ${context.status}`,
    context.code,
    context.requestId && `request id ${context.requestId}`,
    context.retryAfter === undefined ? undefined : `retry after ${context.retryAfter} s`,
  ].filter((fact) => fact !== undefined && fact !== '');
  const words = context.words.replace(/[.\s]+$/, '');
  const where = asked === undefined ? '' : `${asked} failed: `;
  const detail = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  const advice = ADVICE[kind];
  return `${where}${words}${detail}.${advice === undefined ? '' : ` ${advice}`}`;
};

/**
 * Every error this library throws, but for an aborted signal, whose own reason is thrown. One subclass per meaning;
 * `kind` is the same as a string, for switches and for error names that cross a process border.
 */
export abstract class OpenStackError extends Error {
  abstract readonly kind: ErrorKind;
  readonly words: string;
  readonly status: number | undefined;
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly requestId: string | undefined;
  readonly code: string | undefined;
  readonly retryAfter: number | undefined;
  readonly mayHaveArrived: boolean;
  /** How many times the request was sent before this error was thrown. */
  attempts = 1;

  constructor(kind: ErrorKind, context: ErrorContext) {
    super(describe(kind, context), context.cause === undefined ? undefined : { cause: context.cause });
    this.name = `${kind}Error`;
    this.words = context.words;
    this.status = context.status;
    this.method = context.method;
    this.url = context.url;
    this.requestId = context.requestId;
    this.code = context.code;
    this.retryAfter = context.retryAfter;
    this.mayHaveArrived = context.mayHaveArrived ?? true;
  }
}

/** The service or the way to it is down: network error, request time-out, 408, 425, 5xx. Worth trying again later. */
export class UnavailableError extends OpenStackError {
  readonly kind = 'Unavailable';
  constructor(context: ErrorContext) {
    super('Unavailable', context);
  }
}

/** Too many requests (429, or Nova's old 413). Try again after `retryAfter` seconds. */
export class RateLimitedError extends OpenStackError {
  readonly kind = 'RateLimited';
  constructor(context: ErrorContext) {
    super('RateLimited', context);
  }
}

/** 401, also after the token was renewed: the credential is wrong, expired or revoked. */
export class UnauthorizedError extends OpenStackError {
  readonly kind = 'Unauthorized';
  constructor(context: ErrorContext) {
    super('Unauthorized', context);
  }
}

/** 403 by policy: the credential is valid but may not do this. */
export class ForbiddenError extends OpenStackError {
  readonly kind = 'Forbidden';
  constructor(context: ErrorContext) {
    super('Forbidden', context);
  }
}

/** A quota of the project is used up (403, 409 or 413, told apart by type or text). A person has to decide. */
export class QuotaExceededError extends OpenStackError {
  readonly kind = 'QuotaExceeded';
  constructor(context: ErrorContext) {
    super('QuotaExceeded', context);
  }
}

/** 404 or 410: there is no such thing, or it is not visible to the credential. */
export class NotFoundError extends OpenStackError {
  readonly kind = 'NotFound';
  constructor(context: ErrorContext) {
    super('NotFound', context);
  }
}

/** 409 that waiting does not cure: a name or an address is taken. */
export class ConflictError extends OpenStackError {
  readonly kind = 'Conflict';
  constructor(context: ErrorContext) {
    super('Conflict', context);
  }
}

/** The resource is changing or still in use (Octavia's PENDING_*, Nova's task states, Neutron's *InUse): not yet. */
export class ResourceBusyError extends OpenStackError {
  readonly kind = 'ResourceBusy';
  constructor(context: ErrorContext) {
    super('ResourceBusy', context);
  }
}

/** 400, 422 and other refusals of the request itself: sending it again can not help. */
export class InvalidRequestError extends OpenStackError {
  readonly kind = 'InvalidRequest';
  constructor(context: ErrorContext) {
    super('InvalidRequest', context);
  }
}

/** A waiter saw the resource in a state that it does not leave by itself, e.g. Nova's ERROR (words: Nova's `fault`). */
export class ResourceInErrorError extends OpenStackError {
  readonly kind = 'ResourceInError';
  /** The state that was seen. */
  readonly state: string;
  constructor(context: ErrorContext & { state: string }) {
    super('ResourceInError', context);
    this.state = context.state;
  }
}

/** A waiter's deadline passed. The message counts what was observed until then. */
export class TimeoutError extends OpenStackError {
  readonly kind = 'Timeout';
  /** How often each state or error was observed, in the order of first sight. */
  readonly observed: Readonly<Record<string, number>>;
  constructor(context: ErrorContext & { observed: Readonly<Record<string, number>> }) {
    super('Timeout', context);
    this.observed = context.observed;
  }
}

/**
 * The service answered in another microversion than it was asked for, or in none: something on the way dropped the
 * header, or the endpoint has no microversions. Filters and fields of the version that was asked for may have been
 * ignored, so the answer is not used. The request may have had its effect.
 */
export class VersionIgnoredError extends OpenStackError {
  readonly kind = 'VersionIgnored';
  /** Type of the service, e.g. `compute`. */
  readonly service: string;
  readonly asked: string;
  /** What the answer says; undefined if it says nothing. */
  readonly answered: string | undefined;
  constructor(context: ErrorContext & { service: string; asked: string; answered: string | undefined }) {
    super('VersionIgnored', context);
    this.service = context.service;
    this.asked = context.asked;
    this.answered = context.answered;
  }
}

/** A response this library can not read: not JSON, a depended-on field missing, a page that repeats. */
export class UnexpectedResponseError extends OpenStackError {
  readonly kind = 'UnexpectedResponse';
  constructor(context: ErrorContext) {
    super('UnexpectedResponse', context);
  }
}

/** The configuration is missing, unreadable or contradicts the cloud (no such region, service, certificate). */
export class ConfigurationError extends OpenStackError {
  readonly kind = 'Configuration';
  constructor(words: string, cause?: unknown) {
    super('Configuration', { words, cause, mayHaveArrived: false });
  }
}
