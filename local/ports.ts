import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Ports are looked for here: below those that the kernel gives to whoever asks for any (ip(7), ip_local_port_range:
 * 32768 on). Temporal's server asks for some while it starts, and one of them was the port that had been chosen for its
 * front.
 */
const [FIRST, LAST] = [10_000, 32_000];
const TRIES = 100;

/** Ports of 127.0.0.1 that were free a moment ago, all different. @throws Error when there are too few */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count; tries++) {
    if (tries === TRIES) throw new Error(`no ${count} free ports were found between ${FIRST} and ${LAST}`);
    const port = randomInt(FIRST, LAST);
    if (await isPortFree(port)) ports.add(port);
  }
  return [...ports];
}

/** Whether nobody listens on this port of 127.0.0.1. */
export function isPortFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
