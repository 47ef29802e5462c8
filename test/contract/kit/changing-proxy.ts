import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { request } from 'undici';
import { flatten } from './recorder.ts';

/** An answer on its way to the client. */
interface PassingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What becomes of an answer to a request such as `GET /dns/v2/zones`. */
export type AnswerChange = (request: string, answer: PassingAnswer) => PassingAnswer;

/** A proxy that answers are changed in. */
export interface ChangingProxy {
  readonly url: string;
  change: AnswerChange;
  readonly close: () => Promise<void>;
}

/** Starts a proxy before a server of texts, on a free port of loopback. */
export async function startChangingProxy(target: string): Promise<ChangingProxy> {
  const server = createServer((incoming, outgoing) => {
    forward(incoming).then(
      ({ status, headers, body }) => outgoing.writeHead(status, headers).end(body),
      (error: unknown) => outgoing.writeHead(502).end(String(error)),
    );
  });
  const forward = async (incoming: IncomingMessage): Promise<PassingAnswer> => {
    const { method = 'GET', url = '/' } = incoming;
    const headers = without(incoming.headers, ['connection', 'content-length', 'transfer-encoding']);
    const body = await text(incoming);
    // The host stays as the client wrote it: the catalogue's addresses lead through the proxy too.
    const answer = await request(`${target}${url}`, {
      method,
      headers,
      body: body === '' ? null : body,
      signal: AbortSignal.timeout(20_000),
    });
    const kept = without(flatten(answer.headers), ['content-length', 'transfer-encoding']);
    const seen = { status: answer.statusCode, headers: kept, body: await answer.body.text() };
    return proxy.change(`${method} ${url}`, seen);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const proxy: ChangingProxy = {
    url: `http://127.0.0.1:${port}`,
    change: (_request, answer) => answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

/** Headers without those that belong to one connection. */
const without = <T extends object>(headers: T, names: readonly string[]): T => {
  const copy = { ...headers };
  for (const name of names) Reflect.deleteProperty(copy, name);
  return copy;
};
