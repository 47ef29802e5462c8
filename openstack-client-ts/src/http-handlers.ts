import { Readable } from 'node:stream';
import { request as httpRequest } from 'undici';
import type { Connections } from './connections.ts';
import { sleep, throwIfAborted, toError, withDeadline } from './abort.ts';
import { readErrorBody } from './error-body.ts';
import { classify, readRetryAfter } from './error-classify.ts';
import {
  ConfigurationError,
  NotFoundError,
  OpenStackError,
  RateLimitedError,
  UnauthorizedError,
  UnavailableError,
  VersionIgnoredError,
} from './errors.ts';
import type { ApiRequest, ApiResponse, Handler, Hooks, LogEntry, RequestInfo, RetryPolicy } from './http-types.ts';
import { type IgnoredVersion, ignoredVersion } from './microversion.ts';
import { hashToken, type Redactor, redactUrl } from './redact.ts';

/** Failures before the first byte of the request was sent. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const TLS_CODE = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH)/;
const SECRET_HEADER = /^(x-auth-token|x-subject-token|x-service-token|authorization|cookie)$/i;

const codesOf = (error: Error): string[] => {
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const inner: unknown[] = error instanceof AggregateError ? error.errors : [error.cause];
  return [...own, ...inner.flatMap((cause) => (cause instanceof Error && cause !== error ? codesOf(cause) : []))];
};

/** What a proxy says when it refuses to open a tunnel: the request has not left. */
const NO_TUNNEL = /when HTTP Tunneling/;

const toNetworkError = (
  thrown: unknown,
  request: ApiRequest,
  proxy: string | undefined,
  redactor: Redactor,
): OpenStackError => {
  const error = toError(thrown);
  const codes = codesOf(error);
  const url = redactUrl(request.url);
  const by = proxy === undefined ? '' : ` (by way of the proxy ${proxy})`;
  const words = redactor.text(error.message || codes.join(', ') || error.name) + by;
  if (codes.some((code) => TLS_CODE.test(code))) {
    return new ConfigurationError(
      `${request.method} ${url}: TLS failed: ${words}. Set cacert, or correct the URL`,
      error,
    );
  }
  const mayHaveArrived = !codes.some((code) => NOT_SENT.has(code)) && !NO_TUNNEL.test(error.message);
  const code = codes[0];
  return new UnavailableError({ words, method: request.method, url, code, mayHaveArrived, cause: error });
};

const flatten = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );

const open = (body: ApiRequest['body']): string | Uint8Array | Readable | null =>
  typeof body === 'function' ? body() : (body ?? null);

/** A stream that the signal ends. */
const endedBy = (signal: AbortSignal | undefined, stream: Readable): Readable => {
  // Whoever reads the stream gets the error; one that is destroyed unread must not end the process.
  stream.on('error', () => undefined);
  if (!signal) return stream;
  const end = (): unknown => stream.destroy(toError(signal.reason));
  stream.once('close', () => signal.removeEventListener('abort', end));
  signal.addEventListener('abort', end, { once: true });
  return stream;
};

/**
 * Sends over undici; the time-out covers connection, headers and body, of a stream each silence instead of the body.
 */
export const sender =
  ({ route }: Connections, defaultTimeoutMs: number, redactor: Redactor): Handler =>
  async (request) => {
    const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
    const timedOut = (): Error =>
      new UnavailableError({
        words: `no complete response within ${timeoutMs} ms`,
        method: request.method,
        url: redactUrl(request.url),
      });
    const streams = request.expect === 'stream';
    const { dispatcher, proxy } = route(request.url);
    const send = async (signal: AbortSignal): Promise<ApiResponse> => {
      const { method, headers } = request;
      const limits = { headersTimeout: 0, bodyTimeout: streams ? timeoutMs : 0 };
      const body = open(request.body);
      const response = await httpRequest(request.url, { dispatcher, method, headers, body, signal, ...limits });
      const streamed = streams && response.statusCode < 400;
      const flat = flatten(response.headers);
      return {
        status: response.statusCode,
        headers: flat,
        requestId: flat['x-openstack-request-id'] ?? flat['x-compute-request-id'] ?? flat['x-trans-id'],
        text: streamed ? '' : await response.body.text(),
        stream: streamed ? endedBy(request.signal, response.body) : undefined,
      };
    };
    try {
      return await withDeadline(send, timeoutMs, timedOut, request.signal);
    } catch (error) {
      if (error instanceof OpenStackError || request.signal?.aborted) throw error;
      throw toNetworkError(error, request, proxy, redactor);
    }
  };

/** The error for a status from 400 on. */
const refusalOf = (request: ApiRequest, response: ApiResponse, redactor: Redactor): OpenStackError => {
  const { words, code } = readErrorBody(response.text, `HTTP status ${response.status} without an explanation`);
  return classify(response.status, {
    words: redactor.text(words),
    code,
    status: response.status,
    method: request.method,
    url: redactUrl(request.url),
    requestId: response.requestId,
    retryAfter: readRetryAfter(response.headers['retry-after']),
  });
};

/** The error for an answer in another microversion than was asked for. */
const versionError = (
  request: ApiRequest,
  response: ApiResponse,
  { asked, answered }: IgnoredVersion,
  refusal: OpenStackError | undefined,
): VersionIgnoredError => {
  const { service } = request;
  const spoke = answered === undefined ? 'its answer names none' : `it answered in ${answered}`;
  const said = refusal === undefined ? '' : `: ${refusal.words}`;
  return new VersionIgnoredError({
    words: `${service} was asked for microversion ${asked}, and ${spoke}${said}`,
    ...{ service, asked, answered, cause: refusal },
    status: response.status,
    method: request.method,
    url: redactUrl(request.url),
    requestId: response.requestId,
  });
};

/** Refusals that pass, or that come before the service has looked at the version. */
const beforeVersion = (error: OpenStackError): boolean =>
  error instanceof UnavailableError || error instanceof RateLimitedError || error instanceof UnauthorizedError;

/**
 * Turns a status from 400 on into the error of its meaning, and an answer in another microversion than was asked for
 * into a VersionIgnoredError. A refusal that names no version stays what it is: it may be a proxy's, or about a path
 * that is not there.
 */
export const raising =
  (next: Handler, redactor: Redactor): Handler =>
  async (request) => {
    const response = await next(request);
    const refusal = response.status < 400 ? undefined : refusalOf(request, response, redactor);
    const ignored = ignoredVersion(request.service, request.headers, response.headers);
    if (ignored && (refusal === undefined || (ignored.answered !== undefined && !beforeVersion(refusal)))) {
      response.stream?.destroy();
      throw versionError(request, response, ignored, refusal);
    }
    if (refusal) throw refusal;
    return response;
  };

const loggedHeaders = (headers: Record<string, string>, redactor: Redactor): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      SECRET_HEADER.test(name) ? hashToken(value) : redactor.text(value),
    ]),
  );

/** Calls the hooks and the log for every single HTTP request. */
export const observed =
  (next: Handler, hooks: Hooks, log: ((entry: LogEntry) => void) | undefined, redactor: Redactor): Handler =>
  async (request) => {
    const { service, method, attempt, signal } = request;
    const info: RequestInfo = { service, method, url: redactUrl(request.url), attempt, signal };
    throwIfAborted(signal);
    await hooks.beforeRequest?.(info);
    const started = performance.now();
    let response: ApiResponse | undefined;
    let error: Error | undefined;
    try {
      throwIfAborted(signal);
      response = await next(request);
      return response;
    } catch (thrown) {
      error = toError(thrown);
      throw thrown;
    } finally {
      const known = error instanceof OpenStackError ? error : undefined;
      const status = response?.status ?? known?.status;
      const requestId = response?.requestId ?? known?.requestId;
      const durationMs = Math.round(performance.now() - started);
      hooks.afterResponse?.(info, { status, requestId, durationMs, error });
      log?.({
        level: error ? 'warn' : 'debug',
        message: `${method} ${info.url} ${status ?? 'failed'} in ${durationMs} ms`,
        ...{ service, method, url: info.url, attempt, status, requestId, durationMs },
        headers: loggedHeaders(request.headers, redactor),
        error: error && redactor.text(error.message),
      });
    }
  };

const isReplayable = (request: ApiRequest): boolean => !(request.body instanceof Readable);

/**
 * Whether a failed request may be sent again. Idempotent ones: whenever the service was unavailable or asked for later.
 * Others: only if the first surely had no effect: it never left, 429, or 503 with Retry-After.
 */
const mayRepeat = (error: OpenStackError, request: ApiRequest): boolean => {
  if (!isReplayable(request)) return false;
  if (error instanceof RateLimitedError) return true;
  if (!(error instanceof UnavailableError)) return false;
  if (request.idempotent || !error.mayHaveArrived) return true;
  return error.status === 503 && error.retryAfter !== undefined;
};

const NO_CONTENT: ApiResponse = { status: 204, headers: {}, requestId: undefined, text: '', stream: undefined };

/** Repeats for seconds only; longer waits are the caller's, who gets the error with `retryAfter`. */
export const retrying =
  (next: Handler, policy: RetryPolicy): Handler =>
  async (request) => {
    let effectPossible = false;
    const started = performance.now();
    for (let attempt = 1; ; attempt++) {
      try {
        return await next({ ...request, attempt });
      } catch (error) {
        if (!(error instanceof OpenStackError)) throw error;
        error.attempts = attempt;
        // A DELETE whose answer was lost did its work if the repetition finds nothing.
        if (request.method === 'DELETE' && effectPossible && error instanceof NotFoundError) return NO_CONTENT;
        const wait = error.retryAfter ?? 0;
        const late = performance.now() - started > policy.budgetMs;
        if (late || attempt > policy.retries || wait > policy.maxRetryAfter || !mayRepeat(error, request)) throw error;
        effectPossible ||= error.mayHaveArrived;
        const backOff =
          Math.min(policy.baseDelayMs * 2 ** (attempt - 1), policy.maxDelayMs) * (0.5 + Math.random() / 2);
        await sleep(Math.max(backOff, wait * 1000), request.signal);
      }
    }
  };
