/** For a person, on standard error. */
export const tell = (text: string): void => void process.stderr.write(`${text}\n`);

/** One JSON line on standard output: a command's last one is its result. */
export const print = (result: object): void => void process.stdout.write(`${JSON.stringify(result)}\n`);

/** Seconds since a time of `Date.now()`, with one decimal. */
export const secondsSince = (start: number): number => Math.round((Date.now() - start) / 100) / 10;

/** Aborted when this process is asked to end, so that a command cleans up. */
export function interruptSignal(): AbortSignal {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => interrupt.abort(new Error(`interrupted (${name})`)));
  }
  return interrupt.signal;
}

/**
 * The action of a command whose last line is JSON: what it throws is told, printed as `ok: false`, and ends it with
 * status 1.
 */
export const jsonAction =
  <Flags>(main: (flags: Flags) => Promise<void>) =>
  async (flags: Flags): Promise<void> => {
    try {
      await main(flags);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      tell(message);
      print({ ok: false, error: { message } });
      process.exitCode = 1;
    }
  };
