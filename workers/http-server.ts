import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { ListenAddress } from './configuration.ts';

/** A listening HTTP server. */
export interface HttpServer {
  /** `http://host:port` with the port that was really taken. */
  readonly url: string;
  /** Stops taking requests, ends open connections. */
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 10_000;

/** @throws Error naming the address if it cannot be listened on. */
export async function listen({ host, port }: ListenAddress, handler: RequestListener): Promise<HttpServer> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }, handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new Error(`cannot listen on ${host}:${port}: ${error.message}`, { cause: error })),
    );
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The request's body was larger than allowed. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/** Reads a body of at most `limit` bytes. @throws BodyTooLargeError */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('the body is a stream of bytes');
    length += chunk.length;
    if (length > limit) throw new BodyTooLargeError(`the body is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
