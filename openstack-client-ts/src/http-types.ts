import type { Readable } from 'node:stream';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A body that can be sent again: text, bytes, or a function that opens a new stream for every attempt. */
export type ReplayableBody = string | Uint8Array | (() => Readable);

/** What every call accepts. */
export interface RequestOptions {
  /** Aborts the call, its retries and its waits; the signal's reason is thrown. */
  signal?: AbortSignal | undefined;
  /** Time-out of each HTTP request in milliseconds; default: the client's (60,000). */
  timeoutMs?: number | undefined;
  /** Microversion of this call, where the service has them; default: the client's for the service. */
  microversion?: string | undefined;
}

/** One HTTP request as the handlers pass it on. */
export interface ApiRequest {
  /** Catalogue type of the service, e.g. `compute`. */
  service: string;
  method: Method;
  url: string;
  headers: Record<string, string>;
  body?: ReplayableBody | Readable | undefined;
  /** Whether a token is sent, and renewed on 401. */
  authenticated: boolean;
  /** Whether sending it twice has the effect of sending it once (RFC 9110 section 9.2.2). */
  idempotent: boolean;
  /** Whether the response body is read as text or handed out as a stream. */
  expect: 'text' | 'stream';
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  /** 1 for the first sending, one more for each repetition. */
  attempt: number;
}

export interface ApiResponse {
  status: number;
  /** Header names in lower case; repeated headers joined with a comma. */
  headers: Record<string, string>;
  requestId: string | undefined;
  text: string;
  /** Only with `expect: 'stream'`. */
  stream: Readable | undefined;
}

export type Handler = (request: ApiRequest) => Promise<ApiResponse>;

/** What a hook is told about a request. */
export interface RequestInfo {
  /** Catalogue type of the service, e.g. `compute`; `identity` for tokens. */
  service: string;
  method: Method;
  /** Redacted. */
  url: string;
  /** 1 for the first sending, one more for each repetition. */
  attempt: number;
  signal?: AbortSignal | undefined;
}

/** How a request ended: `status` if a response came, `error` otherwise or with a status from 400 on. */
export interface RequestOutcome {
  status: number | undefined;
  requestId: string | undefined;
  durationMs: number;
  error: Error | undefined;
}

/** Called for every HTTP request that goes out: tokens, discovery, pages, polls and repetitions too. */
export interface Hooks {
  /**
   * Awaited before each request: a rate limiter delays here, and should give up when `signal` is aborted. What it
   * throws is thrown to the caller, and nothing is sent. The request's time-out starts after it.
   */
  beforeRequest?: ((request: RequestInfo) => void | Promise<void>) | undefined;
  /** Called once for each request that `beforeRequest` let through, however it ended: count here, free a slot here. */
  afterResponse?: ((request: RequestInfo, outcome: RequestOutcome) => void) | undefined;
}

/** One line of the log. No body is ever logged, and tokens appear as a hash. */
export interface LogEntry extends Omit<RequestInfo, 'signal'> {
  /** `debug`: a response below 400. `warn`: a refusal, a failure, a repetition. */
  level: 'debug' | 'warn';
  message: string;
  status: number | undefined;
  requestId: string | undefined;
  durationMs: number;
  /** Request headers, redacted. */
  headers: Record<string, string>;
  error: string | undefined;
}

export interface RetryPolicy {
  /** How often a request is repeated at most; default 3. */
  retries: number;
  /** No repetition starts later than this many milliseconds after the first sending; default 30,000. */
  budgetMs: number;
  /** First wait in milliseconds, doubled each time, with jitter; default 250. */
  baseDelayMs: number;
  /** Longest such wait in milliseconds; default 2,000. */
  maxDelayMs: number;
  /**
   * Longest Retry-After in seconds that is waited for here; default 10. A longer one is never shortened: the error is
   * thrown at once, with `retryAfter`, for the caller to wait.
   */
  maxRetryAfter: number;
}
