import { type Bench, secondsSince, tell } from './bench-stack.ts';

/** How many requests are sent at the same moment; all operations run at once all the same. */
const SENDERS = 20;

/** Does something with every name, tells how far it is, and goes on past failures. */
export async function withEvery(
  { signal }: Bench,
  names: readonly string[],
  what: string,
  work: (name: string) => Promise<void>,
): Promise<{ readonly done: number; readonly failures: readonly string[] }> {
  let done = 0;
  const failures: string[] = [];
  const started = Date.now();
  const report = () => {
    const line = `${done} of ${names.length} ${what}, ${failures.length} failed, ${secondsSince(started)} s`;
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  };
  const timer = setInterval(report, process.stderr.isTTY ? 500 : 10_000);
  const running: Promise<void>[] = [];
  try {
    for (const [index, name] of names.entries()) {
      signal.throwIfAborted();
      running.push(
        work(name).then(
          () => void (done += 1),
          (error: unknown) => void failures.push(error instanceof Error ? error.message : String(error)),
        ),
      );
      // A short pause between handfuls keeps the first requests from waiting for the last.
      if (index % SENDERS === SENDERS - 1) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await Promise.all(running);
  } finally {
    clearInterval(timer);
  }
  report();
  if (process.stderr.isTTY) tell('');
  return { done, failures };
}
