import { connect, createServer, type Server, type Socket } from 'node:net';
import { helperRequest, type HelperEvent, type HelperRequest } from './helper-messages.ts';

/**
 * The program that stands in a tenant network's namespace. A socket belongs to the namespace it was made in, whoever
 * holds it: this process only makes sockets there and hands them to the driver, which does the talking.
 */

const servers = new Map<number, Server>();

function tell(event: HelperEvent, socket?: Socket): void {
  // Without a channel the driver is gone, and so shall we be.
  if (process.send === undefined) process.exit(0);
  process.send(event, socket, {}, (error) => {
    if (error !== null) socket?.destroy();
  });
}

function listen(id: number, address: string, port: number): void {
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    tell({ event: 'accepted', id }, socket);
  });
  server.on('error', (error) => tell({ event: 'failed', id, reason: error.message }));
  server.listen(port, address, () => tell({ event: 'listening', id }));
  servers.set(id, server);
}

function dial(request: Extract<HelperRequest, { do: 'connect' }>): void {
  const { id, address, port, timeoutMs } = request;
  const socket = connect({ host: address, port });
  // Nothing may be read here: the bytes belong to the driver.
  socket.pause();
  const fail = (reason: string): void => {
    clearTimeout(deadline);
    socket.removeAllListeners('connect').destroy();
    tell({ event: 'failed', id, reason });
  };
  const deadline = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
  socket.once('error', (error) => fail(error.message));
  socket.once('connect', () => {
    clearTimeout(deadline);
    socket.removeAllListeners('error').on('error', () => socket.destroy());
    tell({ event: 'connected', id }, socket);
  });
}

process.on('message', (message) => {
  const request = helperRequest.parse(message);
  switch (request.do) {
    case 'listen':
      listen(request.id, request.address, request.port);
      break;
    case 'close':
      servers.get(request.id)?.close();
      servers.delete(request.id);
      break;
    case 'connect':
      dial(request);
      break;
  }
});
// The driver has gone, by whatever end. Signals of a terminal are the driver's to handle.
process.on('disconnect', () => process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
tell({ event: 'ready' });
