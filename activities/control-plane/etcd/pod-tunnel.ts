import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Exec, type KubeConfig } from '@kubernetes/client-node';

/** A pod's port, as it is reached from here. */
export interface PodTunnel {
  /** Path of a unix socket, in a folder that only this user may enter. */
  readonly socketPath: string;
  /** What the API server said of connections that it could not make; the latest last. */
  readonly problems: () => readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * Channels of a port-forward of one port (kubernetes: staging/src/k8s.io/kubelet,
 * cri/streaming/portforward/websocket.go).
 */
const DATA = 0;
const ERRORS = 1;

/** Bytes that wait for the API server before the sender is held. */
const HIGH_WATER = 256 * 1024;

/**
 * Opens a way to a port of a pod through the API of its cluster: each connection to the socket is a port-forward of its
 * own. Nothing listens on the network. (The client's own PortForward writes to its output however slowly that drains.)
 */
export async function openPodTunnel(
  config: KubeConfig,
  { namespace, pod, port }: { readonly namespace: string; readonly pod: string; readonly port: number },
): Promise<PodTunnel> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-tunnel-'));
  const socketPath = join(folder, 'pod');
  const path = `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(pod)}/portforward?ports=${port}`;
  const sockets = new Set<Socket>();
  const problems: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    connect(config, path, socket, problems);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return {
    socketPath,
    problems: () => problems,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Joins a local connection with a port-forward, in both directions as fast as the slower side takes it. */
function connect(config: KubeConfig, path: string, socket: Socket, problems: string[]): void {
  const begun = new Set<number>();
  let upstream: { pause?: () => void; resume?: () => void } | undefined;
  const onFrame = (channel: number, frame: Buffer): boolean => {
    // The first frame of each channel is the number of the port.
    const data = begun.has(channel) ? frame : frame.subarray(2);
    begun.add(channel);
    if (data.length === 0) return true;
    if (channel === ERRORS) {
      problems.push(data.toString());
      socket.destroy();
    } else if (channel === DATA && !socket.write(data)) {
      upstream?.pause?.();
      socket.once('drain', () => upstream?.resume?.());
    }
    return true;
  };
  socket.pause();
  const { handler } = new Exec(config);
  handler.connect(path, null, onFrame).then(
    (webSocket) => {
      upstream = webSocket;
      webSocket.onclose = () => socket.end();
      webSocket.onerror = () => socket.destroy();
      socket.once('close', () => webSocket.close());
      if (socket.destroyed) webSocket.close();
      socket.on('data', (chunk: Buffer) => {
        webSocket.send(Buffer.concat([Buffer.from([DATA]), chunk]));
        if (webSocket.bufferedAmount > HIGH_WATER) {
          socket.pause();
          setTimeout(() => socket.resume(), 20).unref();
        }
      });
      socket.resume();
    },
    (error: unknown) => {
      problems.push(error instanceof Error ? error.message : String(error));
      socket.destroy();
    },
  );
}
