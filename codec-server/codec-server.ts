import type { PayloadCodec } from '@temporalio/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { refusal, RequestError } from '../service/http-errors.ts';
import { pathOf } from '../service/http-server.ts';
import type { Routes } from '../service/http-server.ts';
import { payloadsFromJson, payloadsToJson } from './payload-json.ts';

/** Histories are asked for page by page; a page of the largest payloads stays below this. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Headers that the UI and the command line send; `Authorization-Extras` carries the UI's id token. */
const ALLOWED_HEADERS = 'Authorization, Authorization-Extras, Content-Type, X-Namespace';

/**
 * The codec server protocol (temporalio/samples-go:codec-server/protocol.md): `POST …/encode` and `POST …/decode`. Only
 * pages of the given origins may ask, and programs that send no origin, such as Temporal's command line; `/healthz`
 * answers anybody.
 */
export function codecServer(codec: PayloadCodec, origins: readonly string[], logger: Logger): Routes {
  const errorHandler = (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const { status, message } = explain(error, request);
    logger[status >= 500 ? 'error' : 'warn']({ err: error, path: pathOf(request.url), status }, 'request failed');
    void send(reply, status, { message });
  };
  return (app) => {
    app.addHook('onRequest', async (request, reply) => {
      try {
        allowOrigin(origins, request, reply);
        if (request.method !== 'OPTIONS' && !isHealthCheck(request)) checkHead(request);
      } catch (error) {
        errorHandler(error, request, reply);
        return reply;
      }
      return request.method === 'OPTIONS' ? preflight(reply) : undefined;
    });
    app.get('/healthz', { exposeHeadRoute: false }, (_request, reply) => send(reply, 200, { ok: true }));
    void app.register((scope, _options, done) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MAX_BODY_BYTES }, (_request, body, parsed) => {
        parsed(null, body);
      });
      scope.post('/*', { bodyLimit: MAX_BODY_BYTES, errorHandler }, async (request, reply) => {
        const payloads = payloadsFromJson(typeof request.body === 'string' ? request.body : '');
        if (payloads === undefined) {
          throw new RequestError(400, 'the body is not {"payloads":[…]} with base64 metadata and data');
        }
        return send(reply, 200, payloadsToJson(await codec[actionOf(request)](payloads)));
      });
      done();
    });
  };
}

const isHealthCheck = ({ method, url }: FastifyRequest): boolean => method === 'GET' && pathOf(url) === '/healthz';

function allowOrigin(origins: readonly string[], { headers }: FastifyRequest, reply: FastifyReply): void {
  void reply.header('vary', 'Origin');
  const { origin } = headers;
  if (origin === undefined) return;
  if (!origins.includes(origin)) throw new RequestError(403, `pages of ${origin} may not use this codec server`);
  void reply.headers({ 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' });
}

const preflight = (reply: FastifyReply): FastifyReply =>
  reply
    .code(204)
    .headers({
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': '600',
    })
    .send();

/** What is asked for, by the last part of the path. */
function actionOf({ url }: FastifyRequest): 'encode' | 'decode' {
  const path = pathOf(url);
  const action = path.slice(path.lastIndexOf('/') + 1);
  if (action !== 'encode' && action !== 'decode') throw new RequestError(404, 'POST to /encode or /decode');
  return action;
}

/** Whether the body is worth reading. A page can send other types without asking first (CORS "simple requests"). */
function checkHead(request: FastifyRequest): void {
  actionOf(request);
  if (request.method !== 'POST') throw new RequestError(405, 'use POST');
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) throw new RequestError(415, 'send JSON');
}

/** A payload that does not decrypt is the asker's error; keys that cannot be read are ours. */
function explain(error: unknown, request: FastifyRequest): { status: number; message: string } {
  const refused = refusal(error, request);
  // Its words for a type that it cannot read are longer.
  if (refused?.status === 415) return { status: 415, message: 'send JSON' };
  if (refused !== undefined) return refused;
  if (error instanceof Error && ['ValueError', 'CodecKeyError'].includes(error.name)) {
    return { status: 400, message: error.message };
  }
  return { status: 500, message: 'the codec failed; its log says why' };
}

const send = (reply: FastifyReply, status: number, body: object): FastifyReply =>
  reply
    .code(status)
    .headers({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    .send(Buffer.from(JSON.stringify(body)));
