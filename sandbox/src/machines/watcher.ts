import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudView } from './cloud-view.ts';
import type { Machine, MachineDriver } from './driver.ts';
import { Forwarding } from './forwarding.ts';
import type { Log } from './log.ts';
import { ServerWatch } from './server-watch.ts';
import { TrafficWatch } from './traffic-watch.ts';

/** How often the cloud is asked, in milliseconds: `fastest` while things change, slowing down to `slowest`. */
export interface PollInterval {
  readonly fastest: number;
  readonly slowest: number;
}

/** What a watcher is made of. */
export interface WatcherOptions {
  readonly view: CloudView;
  readonly driver: MachineDriver;
  readonly log: Log;
  readonly interval?: PollInterval;
  /** Ports of servers with a floating IP of their own that are forwarded; default 6443. */
  readonly directPorts?: readonly number[];
}

const slowdown = 1.5;
const worstPauseMilliseconds = 5000;
/** The pause is at least so many times as long as asking took: watching takes a third of one processor at most. */
const restFactor = 2;

/** Follows a cloud and keeps the machines of a driver, and the ways to them, as the cloud says. */
export class Watcher {
  readonly #servers: ServerWatch;
  readonly #traffic: TrafficWatch;
  readonly #forwarding: Forwarding;
  readonly #interval: PollInterval;
  readonly #log: Log;
  #lastError = '';

  constructor({ view, driver, log, interval, directPorts }: WatcherOptions) {
    this.#log = log;
    this.#interval = interval ?? { fastest: 150, slowest: 500 };
    this.#forwarding = new Forwarding(driver, log);
    this.#servers = new ServerWatch(view, driver, log);
    this.#traffic = new TrafficWatch(
      view,
      driver,
      this.#forwarding,
      () => this.#servers.machines,
      directPorts ?? [6443],
    );
  }

  /** The machines that were booted, by server id. */
  get machines(): ReadonlyMap<string, Machine> {
    return this.#servers.machines;
  }

  /** Watches until aborted; a cloud that does not answer is asked again. */
  async run(signal: AbortSignal): Promise<void> {
    let pause = this.#interval.fastest;
    while (!signal.aborted) {
      const started = performance.now();
      const changed = await this.#look(signal);
      const took = performance.now() - started;
      if (changed === undefined) pause = Math.min(pause * 2, worstPauseMilliseconds);
      else pause = changed ? this.#interval.fastest : Math.min(pause * slowdown, this.#interval.slowest);
      await sleep(Math.max(pause, Math.min(took * restFactor, worstPauseMilliseconds)), undefined, { signal }).catch(
        () => undefined,
      );
    }
    this.#forwarding.close();
    await this.#servers.close();
  }

  /** Whether anything had changed; undefined when the cloud did not answer. */
  async #look(signal: AbortSignal): Promise<boolean | undefined> {
    const looks = await Promise.allSettled([this.#servers.poll(signal), this.#traffic.poll(signal)]);
    const failed = looks.find((look) => look.status === 'rejected');
    if (failed !== undefined && !signal.aborted) {
      const message = failed.reason instanceof Error ? failed.reason.message : String(failed.reason);
      if (message !== this.#lastError) this.#log(`the cloud cannot be watched, trying again: ${message}`);
      this.#lastError = message;
      return undefined;
    }
    this.#lastError = '';
    return looks.some((look) => look.status === 'fulfilled' && look.value);
  }
}
