import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { timeLimit } from '../time-limit.ts';

const POLL = 100;

/** Waits until something listens on this port of 127.0.0.1. @throws Error when nothing does within `timeoutMs`. */
export async function waitForPort(what: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
  await poll(`${what} does not listen on 127.0.0.1:${port}`, timeoutMs, signal, () => canConnect(port));
}

/** Waits until this URL gives an answer that is no server error. @throws Error when it does not within `timeoutMs`. */
export async function waitForHttp(what: string, url: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
  await poll(`${what} does not answer at ${url}`, timeoutMs, signal, async () => {
    const limit = AbortSignal.any([signal, timeLimit(30_000)]);
    const response = await fetch(url, { signal: limit }).catch(() => undefined);
    await response?.body?.cancel();
    return response !== undefined && response.status < 500;
  });
}

async function poll(
  complaint: string,
  timeoutMs: number,
  signal: AbortSignal,
  ready: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await ready())) {
    signal.throwIfAborted();
    if (Date.now() > deadline) throw new Error(`${complaint} within ${timeoutMs / 1000} s; its log says why`);
    await delay(POLL, undefined, { signal });
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.setTimeout(2_000, () => socket.destroy());
    socket.once('connect', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('close', () => resolve(false));
    socket.once('error', () => resolve(false));
  });
}
