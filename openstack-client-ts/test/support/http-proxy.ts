import { createServer, request as httpRequest } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { onTestFinished } from 'vitest';

export interface HttpProxy {
  url: string;
  /** What it was asked: `CONNECT host:port`, or `GET http://host:port/path`. */
  asked: string[];
}

/**
 * A proxy that finds every host on this machine: CONNECT for TLS, whole URLs for plain HTTP. With `credential` it wants
 * one (`user:password`), with `tunnelTo` it opens no tunnels to others than these ports, as squid does.
 */
export const httpProxy = async (
  options: { credential?: string; tunnelTo?: readonly string[]; tls?: ServerOptions } = {},
): Promise<HttpProxy> => {
  const asked: string[] = [];
  const wanted = options.credential && `Basic ${Buffer.from(options.credential).toString('base64')}`;
  const server = options.tls ? createTlsServer(options.tls) : createServer();
  server.on('request', (incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    if (wanted !== undefined && incoming.headers['proxy-authorization'] !== wanted) {
      outgoing.writeHead(407).end();
      return;
    }
    const { port, pathname, search } = new URL(incoming.url ?? '');
    const { method, headers } = incoming;
    const onward = httpRequest({ host: '127.0.0.1', port, path: pathname + search, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, client, head) => {
    asked.push(`CONNECT ${incoming.url}`);
    const [, port = ''] = (incoming.url ?? '').split(':');
    client.on('error', () => undefined);
    if (wanted !== undefined && incoming.headers['proxy-authorization'] !== wanted) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    if (options.tunnelTo && !options.tunnelTo.includes(port)) {
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const target = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(client).pipe(target);
    });
    target.on('error', () => client.destroy());
    client.on('close', () => target.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`, asked };
};
