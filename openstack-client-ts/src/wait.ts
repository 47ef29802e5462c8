import { sleep, withDeadline } from './abort.ts';
import { NotFoundError, RateLimitedError, ResourceInErrorError, TimeoutError, UnavailableError } from './errors.ts';

/**
 * The states of a wait, as data. A state in none of the lists counts as pending, unless `pending` is given: then it
 * fails.
 */
export interface WaitStates {
  /** Waited for. `GONE` is the state of what is no longer there (404). */
  target: readonly string[];
  pending?: readonly string[] | undefined;
  /** States that are not left by themselves. */
  failure?: readonly string[] | undefined;
}

/** The state of a resource that answers 404. */
export const GONE = 'GONE';

/** How the polls are spread: they start close together and grow apart. */
export interface WaitInterval {
  /** First pause in milliseconds; default 250. */
  startMs: number;
  /** Longest pause in milliseconds; default 3,000. */
  maxMs: number;
  /** Growth from pause to pause; default 1.5. */
  factor: number;
}

export interface WaitOptions<T> {
  /** Deadline of the whole wait in milliseconds; default 600,000 (10 minutes). */
  deadlineMs?: number | undefined;
  interval?: Partial<WaitInterval> | undefined;
  signal?: AbortSignal | undefined;
  /** Called after each poll that saw the resource, e.g. for a heartbeat. */
  onPoll?: ((value: T, state: string) => void) | undefined;
}

export interface Wait<T> extends WaitOptions<T> {
  /** What is waited for, for messages: `server 3f2c…`. */
  subject: string;
  states: WaitStates;
  poll: (signal: AbortSignal) => Promise<T>;
  state: (value: T) => string;
  /** OpenStack's words on why it failed, e.g. Nova's fault. */
  fault?: ((value: T) => string | undefined) | undefined;
}

const DEFAULT_DEADLINE_MS = 600_000;
const DEFAULT_INTERVAL: WaitInterval = { startMs: 250, maxMs: 3000, factor: 1.5 };

/**
 * Polls until the target state. A service that is unavailable or asks to be asked later is waited for until the
 * deadline. Resolves to the last value seen, or to undefined if it is gone and that was the target.
 *
 * @throws ResourceInErrorError on a failure state, with the fault's words
 * @throws NotFoundError if the resource vanishes and that was not the target
 * @throws TimeoutError at the deadline, with what was observed until then
 */
export const waitForStates = async <T>(wait: Wait<T>): Promise<T | undefined> => {
  const { subject, states, deadlineMs = DEFAULT_DEADLINE_MS } = wait;
  const interval = { ...DEFAULT_INTERVAL, ...wait.interval };
  const observed: Record<string, number> = {};
  let last: string | undefined;
  let lastError: Error | undefined;
  const note = (what: string): void => {
    observed[what] = (observed[what] ?? 0) + 1;
    last = what;
  };

  const timedOut = (): Error => {
    const seen = Object.entries(observed).map(([what, times]) => `${what} ${times}×`);
    const words =
      `${subject} did not become ${states.target.join(' or ')} within ${deadlineMs / 1000} s; ` +
      `observed: ${seen.join(', ') || 'nothing'}; last: ${lastError?.message ?? last ?? 'nothing'}`;
    return new TimeoutError({ words, observed, cause: lastError });
  };

  const look = async (
    signal: AbortSignal,
  ): Promise<{ state: string; value?: T; retryAfter?: number | undefined } | undefined> => {
    try {
      const value = await wait.poll(signal);
      const state = wait.state(value);
      note(state);
      lastError = undefined;
      wait.onPoll?.(value, state);
      return { state, value };
    } catch (error) {
      if (error instanceof NotFoundError) {
        note(GONE);
        if (!states.target.includes(GONE)) throw error;
        return { state: GONE };
      }
      if (!(error instanceof UnavailableError) && !(error instanceof RateLimitedError)) throw error;
      if (!signal.aborted) {
        note(`${error.kind}${error.status === undefined ? '' : ` (${error.status})`}`);
        lastError = error;
      }
      return { state: '', retryAfter: error.retryAfter };
    }
  };

  const fail = (state: string, value: T | undefined): ResourceInErrorError => {
    const fault = value === undefined ? undefined : wait.fault?.(value);
    const words = `${subject} is in state ${state}, not ${states.target.join(' or ')}${fault ? `: ${fault}` : ''}`;
    return new ResourceInErrorError({ words, state });
  };

  const loop = async (signal: AbortSignal): Promise<T | undefined> => {
    for (let pause = interval.startMs; ; pause = Math.min(pause * interval.factor, interval.maxMs)) {
      const seen = await look(signal);
      if (seen && seen.state !== '') {
        const { state, value } = seen;
        if (states.target.includes(state)) return value;
        if (states.failure?.includes(state)) throw fail(state, value);
        if (states.pending && !states.pending.includes(state)) throw fail(state, value);
      }
      await sleep(Math.max(pause, (seen?.retryAfter ?? 0) * 1000), signal);
    }
  };
  return withDeadline(loop, deadlineMs, timedOut, wait.signal);
};
