import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { Machine, MachineDriver } from './driver.ts';
import type { Log } from './log.ts';
import { timeLimit } from '../time-limit.ts';

const roundMilliseconds = 700;
const timeoutMilliseconds = 5000;
const parallel = 8;

/** What a console has written since `before`; all of it when the beginning has been cut off in between. */
function appended(before: string, now: string): string {
  if (now.startsWith(before)) return now.slice(before.length);
  const tail = before.slice(-200);
  const found = now.lastIndexOf(tail);
  return found < 0 ? now : now.slice(found + tail.length);
}

/**
 * Sends what machines write to their consoles to the sandbox cloud, where Nova's console log shows it. A cloud without
 * that endpoint (a real one) refuses the first attempt, which is then the last: Nova's answer to a path that it does
 * not know is 300 and the versions it has (nova/api/openstack/compute/versions.py).
 */
export class ConsolePush {
  readonly #base: string;
  readonly #driver: MachineDriver;
  readonly #machines: () => ReadonlyMap<string, Machine>;
  readonly #log: Log;
  readonly #sent = new Map<string, string>();

  constructor(cloudUrl: string, driver: MachineDriver, machines: () => ReadonlyMap<string, Machine>, log: Log) {
    this.#base = cloudUrl.replace(/\/$/u, '');
    this.#driver = driver;
    this.#machines = machines;
    this.#log = log;
  }

  /** Sends until aborted or not wanted. */
  async run(signal: AbortSignal): Promise<void> {
    let wanted = true;
    while (!signal.aborted && wanted) {
      await sleep(roundMilliseconds, undefined, { signal }).catch(() => undefined);
      wanted = await this.#round(signal);
    }
  }

  async #round(signal: AbortSignal): Promise<boolean> {
    for (const id of this.#sent.keys()) if (!this.#machines().has(id)) this.#sent.delete(id);
    const news = [...this.#machines().keys()].flatMap((id) => {
      const now = this.#driver.console(id) ?? '';
      return now === (this.#sent.get(id) ?? '') ? [] : [{ id, now }];
    });
    for (let start = 0; start < news.length && !signal.aborted; start += parallel) {
      const answers = await Promise.all(
        news.slice(start, start + parallel).map(({ id, now }) => this.#send(id, now, signal)),
      );
      if (answers.includes(false)) return false;
    }
    return true;
  }

  /** Whether there is a point in sending more. */
  async #send(id: string, now: string, signal: AbortSignal): Promise<boolean> {
    try {
      const response = await request(`${this.#base}/_sandbox/servers/${encodeURIComponent(id)}/console`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: appended(this.#sent.get(id) ?? '', now) }),
        signal: AbortSignal.any([signal, timeLimit(timeoutMilliseconds)]),
      });
      const { statusCode } = response;
      const answer = await response.body.text();
      if (statusCode < 300) this.#sent.set(id, now);
      // A server that was just deleted is 404, and then the cloud says which.
      if (statusCode < 300 || statusCode >= 500 || (statusCode === 404 && answer.includes(id))) return true;
      this.#log('the cloud takes no console text: it is kept here only');
      return false;
    } catch {
      return !signal.aborted;
    }
  }
}
