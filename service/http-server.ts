import { fastify, LogController } from 'fastify';
import type { FastifyBaseLogger, FastifyInstance, FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { ListenAddress } from './configuration.ts';
import { refusal } from './http-errors.ts';

/** A listening HTTP server. */
export interface HttpServer {
  /** `http://host:port` with the port that was really taken. */
  readonly url: string;
  /** Stops taking requests, ends open connections. */
  close(): Promise<void>;
}

/**
 * Adds what a server answers. No body is read unless a route asks for it: in a scope of its own (`app.register`), with
 * a content type parser.
 */
export type Routes = (app: FastifyInstance) => void;

/** How a server treats those who ask. */
export interface HttpOptions {
  /** Takes what went wrong; single requests are not logged. */
  readonly logger: Logger;
  /** Milliseconds in which the head of a request, and all of it, must have arrived. */
  readonly timeoutMs?: number;
}

const REQUEST_TIMEOUT_MS = 10_000;
/** Node's own; Fastify's are 72 seconds. */
const KEEP_ALIVE_MS = 5_000;
/** Node looks every 30 seconds by itself, which would make a time-out of ten seconds one of forty. */
const LOOK_FOR_LATE_MS = 1_000;

/**
 * Listens with these routes. Every other request is answered 404, an error in a route 500, both as
 * `{"error":"…"}`; a route may have an `errorHandler` of its own.
 *
 * @throws Error naming the address if it cannot be listened on.
 */
export async function listen(
  { host, port }: ListenAddress,
  { logger, timeoutMs = REQUEST_TIMEOUT_MS }: HttpOptions,
  routes: Routes,
): Promise<HttpServer> {
  const app = createApp(logger, timeoutMs);
  routes(app);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot listen on ${host}:${port}: ${reason}`, { cause: error });
  }
  const address = app.server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`, close: () => app.close() };
}

/** Answers with JSON on one line, which no cache keeps. It goes out as bytes: to text Fastify would add a charset. */
export function sendJson(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply
    .code(status)
    .headers({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    .send(Buffer.from(`${JSON.stringify(body)}\n`));
}

function createApp(logger: Logger, timeoutMs: number): FastifyInstance {
  // Where it listens is told by whoever started it.
  const level = logger.isLevelEnabled('warn') ? 'warn' : logger.level;
  const loggerInstance: FastifyBaseLogger = logger.child({}, { level });
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: timeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: timeoutMs, connectionsCheckingInterval: Math.min(LOOK_FOR_LATE_MS, timeoutMs) },
    forceCloseConnections: true,
    // A path that cannot be decoded is none of ours.
    frameworkErrors: (_error, _request, reply) => void sendJson(reply, 404, NOT_FOUND),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.setNotFoundHandler((_request, reply) => sendJson(reply, 404, NOT_FOUND));
  app.setErrorHandler((error, request, reply) => {
    const refused = refusal(error, request);
    if (refused !== undefined) return sendJson(reply, refused.status, { error: refused.message });
    logger.error({ err: error, path: pathOf(request.url) }, 'request failed');
    return sendJson(reply, 500, { error: 'the request failed; the log says why' });
  });
  return app;
}

const NOT_FOUND = { error: 'not found' };

/** The path of a request's address, without the query. */
export const pathOf = (url: string): string => url.split('?', 1)[0] ?? '';
