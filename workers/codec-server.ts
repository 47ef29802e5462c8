import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Payload, PayloadCodec } from '@temporalio/common';
import type { Logger } from 'pino';
import { z } from 'zod';
import { BodyTooLargeError, readBody } from './http-server.ts';

/** Histories are asked for page by page; a page of the largest payloads stays below this. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/**
 * Payloads in protobuf's JSON form: bytes are base64 (protobuf.dev, "ProtoJSON format"). Unknown fields pass unread.
 */
const bodySchema = z.looseObject({
  payloads: z
    .array(z.looseObject({ metadata: z.record(z.string(), z.base64()).nullish(), data: z.base64().nullish() }))
    .nullish(),
});

/** Headers that the UI and the command line send; `Authorization-Extras` carries the UI's id token. */
const ALLOWED_HEADERS = 'Authorization, Authorization-Extras, Content-Type, X-Namespace';

/**
 * The codec server protocol (temporalio/samples-go:codec-server/protocol.md): `POST …/encode` and `POST …/decode`. Only
 * pages of the given origins may ask, and programs that send no origin, such as Temporal's command line; `/healthz`
 * answers anybody.
 */
export function codecServer(codec: PayloadCodec, origins: readonly string[], logger: Logger): RequestListener {
  return (request, response) => {
    answer(codec, origins, request, response).catch((error: unknown) => {
      const { status, message } = explain(error);
      logger[status >= 500 ? 'error' : 'warn']({ err: error, path: request.url, status }, 'request failed');
      if (!response.headersSent) send(response, status, { message });
    });
  };
}

async function answer(
  codec: PayloadCodec,
  origins: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { origin } = request.headers;
  response.setHeader('Vary', 'Origin');
  if (origin !== undefined) {
    if (!origins.includes(origin)) throw new RequestError(403, `pages of ${origin} may not use this codec server`);
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Access-Control-Allow-Credentials', 'true');
  }
  if (request.method === 'OPTIONS') {
    response.writeHead(204, {
      'Access-Control-Allow-Methods': 'POST, OPTIONS',
      'Access-Control-Allow-Headers': ALLOWED_HEADERS,
      'Access-Control-Max-Age': '600',
    });
    response.end();
    return;
  }
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  if (request.method === 'GET' && path === '/healthz') {
    send(response, 200, { ok: true });
    return;
  }
  const action = path.slice(path.lastIndexOf('/') + 1);
  if (action !== 'encode' && action !== 'decode') throw new RequestError(404, 'POST to /encode or /decode');
  if (request.method !== 'POST') throw new RequestError(405, 'use POST');
  // A page can send other types without asking first (CORS "simple requests").
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) throw new RequestError(415, 'send JSON');
  const payloads = await readPayloads(request);
  send(response, 200, { payloads: (await codec[action](payloads)).map(toJson) });
}

class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A payload that does not decrypt is the asker's error; keys that cannot be read are ours. */
function explain(error: unknown): { status: number; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RequestError) return { status: error.status, message };
  if (error instanceof BodyTooLargeError) return { status: 413, message };
  if (error instanceof Error && ['ValueError', 'CodecKeyError'].includes(error.name)) return { status: 400, message };
  return { status: 500, message: 'the codec failed; its log says why' };
}

async function readPayloads(request: IncomingMessage): Promise<Payload[]> {
  const body = (await readBody(request, MAX_BODY_BYTES)).toString('utf8');
  const parsed = bodySchema.safeParse(parseJson(body));
  if (!parsed.success) throw new RequestError(400, 'the body is not {"payloads":[…]} with base64 metadata and data');
  return (parsed.data.payloads ?? []).map(({ metadata, data }) => ({
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
    ),
    ...(data == null ? {} : { data: Buffer.from(data, 'base64') }),
  }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function toJson({ metadata, data }: Payload): unknown {
  return {
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [key, base64(value)])),
    ...(data == null ? {} : { data: base64(data) }),
  };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
