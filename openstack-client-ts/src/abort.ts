/** Throws the signal's reason, as fetch does, if it is aborted. */
export const throwIfAborted = (signal: AbortSignal | undefined): void => signal?.throwIfAborted();

/** Waits, or throws the signal's reason as soon as it is aborted. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(reasonOf(signal));
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      if (signal) reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });

/** The result of `promise`, or the signal's reason as soon as it is aborted. The promise itself goes on. */
export const abandonable = <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      promise.catch(() => undefined);
      reject(reasonOf(signal));
      return;
    }
    const onAbort = (): void => reject(reasonOf(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    const done = (): void => signal.removeEventListener('abort', onAbort);
    promise.then(
      (value) => {
        done();
        resolve(value);
      },
      (error: unknown) => {
        done();
        reject(toError(error));
      },
    );
  });
};

/** Anything thrown, as an Error. */
export const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

const reasonOf = (signal: AbortSignal): Error => toError(signal.reason);

/**
 * Runs `task` with a signal that is aborted with `onTimeout()` after `ms`, or with the reason of `signal`.
 * Not `AbortSignal.any`: that keeps its sources' listeners for the life of a long-lived signal on Node 20.
 */
export const withDeadline = async <T>(
  task: (signal: AbortSignal) => Promise<T>,
  ms: number,
  onTimeout: () => Error,
  signal: AbortSignal | undefined,
): Promise<T> => {
  throwIfAborted(signal);
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(onTimeout()), ms);
  const onAbort = (): void => {
    if (signal) controller.abort(reasonOf(signal));
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await task(controller.signal);
  } catch (error) {
    // Whatever the HTTP library throws on abort, the reason is what the caller wants to see.
    throw controller.signal.aborted ? reasonOf(controller.signal) : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
};
