import type { FastifyRequest } from 'fastify';

/** A request that is refused, with the status of the answer and words for whoever asked. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Why a request is refused, if the fault lies with the request: a `RequestError` as it was thrown, or what Fastify
 * finds wrong with the request itself, such as a body that is too large. Undefined if the fault is ours.
 */
export function refusal(error: unknown, request: FastifyRequest): RequestError | undefined {
  if (error instanceof RequestError) return error;
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return undefined;
  const { code, statusCode } = error;
  if (typeof code !== 'string' || !code.startsWith('FST_') || typeof statusCode !== 'number') return undefined;
  if (statusCode === 413) {
    return new RequestError(413, `the body is larger than ${request.routeOptions.bodyLimit} bytes`);
  }
  return statusCode < 500 ? new RequestError(statusCode, error.message) : undefined;
}
