/**
 * As `AbortSignal.timeout`, for {@link AbortSignal.any}: there Node forgets a time-out that nobody else holds at the
 * next garbage collection, and what it was to end goes on for ever (nodejs/node#57736). A signal with a listener is
 * kept. Not for workflows.
 *
 * @param ms - milliseconds
 */
export function timeLimit(ms: number): AbortSignal {
  const signal = AbortSignal.timeout(ms);
  signal.addEventListener('abort', () => undefined, { once: true });
  return signal;
}
