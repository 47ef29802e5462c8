import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** What the proxy does with a request: `before` and `after` break the connection before or after its effect; a number answers so. */
export type Fault = 'pass' | 'before' | 'after' | number;

/** One request as it came. */
export interface SeenRequest {
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  /** How many came before it, in all. */
  readonly index: number;
}

/** An HTTP proxy before one server, which records requests and breaks those that a test chooses. */
export interface FaultProxy {
  readonly address: string;
  readonly requests: SeenRequest[];
  /** Decides on each request; everything passes until it is set. */
  decide: (request: SeenRequest) => Fault;
  close(): Promise<void>;
}

/** Starts a proxy on a free loopback port. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const requests: SeenRequest[] = [];
  const server: Server = createServer((incoming, outgoing) => {
    const seen = { method: incoming.method ?? '', path: incoming.url ?? '', index: requests.length };
    requests.push(seen);
    const fault = proxy.decide(seen);
    if (fault === 'before') return void incoming.socket.destroy();
    if (typeof fault === 'number') {
      incoming.resume();
      outgoing.writeHead(fault, { 'content-type': 'application/json' }).end('{"errors":["made by the test"]}');
      return;
    }
    const onward = request(
      new URL(seen.path, target),
      { method: seen.method, headers: incoming.headers },
      (answer: IncomingMessage) => {
        if (fault === 'after') {
          answer.resume().once('end', () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: FaultProxy = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    decide: () => 'pass',
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
