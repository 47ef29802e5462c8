import { once } from 'node:events';
import { startOpenStack, type OpenStackOptions } from './start.ts';

/**
 * Runs a real OpenStack until SIGINT or SIGTERM. JSON lines on standard output say what it does (`{"progress":"…"}`),
 * and that it can be used (`{"ready":true,…}`).
 * @throws Error when it does not start, or one of its processes dies.
 */
export async function runOpenStack(options: OpenStackOptions): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => stop.abort(new Error('it was told to stop')));
  }
  const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const cloud = await startOpenStack({ ...options, onProgress: (progress) => say({ progress }) }, stop.signal);
  try {
    say({ ready: true, url: cloud.url, cloudsFile: cloud.cloudsFile });
    const end = AbortSignal.any([stop.signal, cloud.died]);
    // A listener alone keeps no process alive.
    const alive = setInterval(() => undefined, 60_000);
    if (!end.aborted) await once(end, 'abort');
    clearInterval(alive);
    if (cloud.died.aborted) throw cloud.died.reason;
  } finally {
    await cloud.stop();
  }
}
