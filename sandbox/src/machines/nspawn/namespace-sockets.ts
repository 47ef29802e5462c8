import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { helperEvent, type HelperRequest } from './helper-messages.ts';

interface Waiting {
  readonly resolve: (socket: Socket | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** Listeners and connections inside a network namespace, used from this process (see network-helper.ts). */
export class NamespaceSockets {
  readonly #helper: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<number, (socket: Socket) => void>();
  /** Every open connection of the namespace that this process holds. */
  readonly #open = new Set<Socket>();
  #nextId = 1;

  private constructor(helper: ChildProcess) {
    this.#helper = helper;
    helper.on('message', (message, handle) => this.#receive(message, handle));
    helper.on('exit', () => this.#failAll(new Error('the helper process of the network has ended')));
    helper.on('error', (error) => this.#failAll(error));
  }

  /** Starts the helper in a namespace. Ready within 30 seconds, or an error. */
  static async open(namespace: string): Promise<NamespaceSockets> {
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const program = join(import.meta.dirname, 'network-helper.ts');
    const helper = spawn(
      'nsenter',
      [`--net=/run/netns/${namespace}`, process.execPath, '--conditions=source', '--import', tsx, program],
      // A session of its own: the signals of our terminal are not for it.
      { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], detached: true },
    );
    const sockets = new NamespaceSockets(helper);
    try {
      await sockets.#expect(0, 30_000);
    } catch (cause) {
      await sockets.close();
      throw new Error(`the helper process for ${namespace} did not start`, { cause });
    }
    return sockets;
  }

  /** Listens on an address of the namespace; returns the id to {@link unlisten}. */
  async listen(address: string, port: number, accepted: (socket: Socket) => void): Promise<number> {
    const id = this.#nextId++;
    this.#listeners.set(id, accepted);
    try {
      await this.#ask({ do: 'listen', id, address, port }, 10_000);
    } catch (cause) {
      this.#listeners.delete(id);
      throw new Error(`cannot listen on ${address}:${port} in the network`, { cause });
    }
    return id;
  }

  /** Stops listening. Connections taken over stay. */
  unlisten(id: number): void {
    this.#listeners.delete(id);
    this.#send({ do: 'close', id });
  }

  /** Connects from inside the namespace. The socket is paused. */
  async connect(address: string, port: number, timeoutMs = 3_000): Promise<Socket> {
    const socket = await this.#ask({ do: 'connect', id: this.#nextId++, address, port, timeoutMs }, timeoutMs + 2_000);
    if (socket === undefined) throw new Error(`connected to ${address}:${port}, but no socket came`);
    return socket;
  }

  /**
   * Ends every connection with this address of the namespace: a machine whose plug was pulled says no goodbye, and its
   * connections would stay for ever.
   */
  drop(address: string): void {
    for (const socket of this.#open) if (socket.remoteAddress === address) socket.destroy();
  }

  /** Ends the helper, every listener and every connection, which would keep the namespace alive. */
  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    if (this.#helper.exitCode !== null || this.#helper.signalCode !== null || this.#helper.pid === undefined) return;
    const ended = once(this.#helper, 'exit');
    this.#helper.kill('SIGKILL');
    await ended;
  }

  async #ask(request: HelperRequest, timeoutMs: number): Promise<Socket | undefined> {
    const answer = this.#expect(request.id, timeoutMs);
    this.#send(request);
    return answer;
  }

  #send(request: HelperRequest): void {
    if (!this.#helper.connected) {
      this.#waiting.get(request.id)?.reject(new Error('the helper process of the network has ended'));
      return;
    }
    this.#helper.send(request);
  }

  async #expect(id: number, timeoutMs: number): Promise<Socket | undefined> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(
        () => settle.reject(new Error(`no answer from the network's helper in ${timeoutMs} ms`)),
        timeoutMs,
      );
      const done = (): void => {
        clearTimeout(deadline);
        this.#waiting.delete(id);
      };
      const settle: Waiting = {
        resolve: (socket) => {
          done();
          resolve(socket);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      this.#waiting.set(id, settle);
    });
  }

  #receive(message: unknown, handle: unknown): void {
    const event = helperEvent.parse(message);
    const socket = handle instanceof Socket ? handle : undefined;
    if (socket !== undefined) this.#keep(socket);
    switch (event.event) {
      case 'ready':
        this.#waiting.get(0)?.resolve(undefined);
        break;
      case 'listening':
        this.#waiting.get(event.id)?.resolve(undefined);
        break;
      case 'failed':
        this.#waiting.get(event.id)?.reject(new Error(event.reason));
        break;
      case 'connected': {
        const waiting = this.#waiting.get(event.id);
        if (waiting === undefined) socket?.destroy();
        else waiting.resolve(socket);
        break;
      }
      case 'accepted': {
        const accepted = this.#listeners.get(event.id);
        if (accepted === undefined || socket === undefined) socket?.destroy();
        else accepted(socket);
        break;
      }
    }
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#open.delete(socket));
  }

  #failAll(error: Error): void {
    for (const waiting of [...this.#waiting.values()]) waiting.reject(error);
  }
}
