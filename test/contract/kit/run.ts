import type { ContractArea } from './case.ts';
import { type CloudUnderTest, prepareCloud } from './cloud.ts';
import type { Recordings } from './recordings.ts';
import { runCase } from './run-case.ts';
import type { Transcript } from './transcript.ts';

/** How a case did on one cloud. */
export interface Outcome {
  readonly area: string;
  readonly name: string;
  readonly transcript: Transcript | undefined;
  /** Why there is no transcript. */
  readonly error: Error | undefined;
  readonly seconds: number;
}

export interface RunOptions {
  /** How many cases run at once. */
  readonly concurrency: number;
  /** What the cases saw when they were recorded, by area: they are held to the passing states of it. */
  readonly recordings?: ReadonlyMap<string, Recordings>;
  /** Gets the names of the client's methods that the cases call. */
  readonly calls?: Set<string>;
  readonly onCase?: (outcome: Outcome) => void;
  /** Ends the run. */
  readonly signal?: AbortSignal;
}

/** Runs the cases on one cloud, and returns how each did, in their order. */
export async function runCases(
  cloud: CloudUnderTest,
  areas: readonly ContractArea[],
  { concurrency, recordings, calls, onCase, signal }: RunOptions,
): Promise<Outcome[]> {
  const prepared = await prepareCloud(cloud);
  const jobs = areas.flatMap(({ area, cases }) => cases.map((one) => ({ area, one })));
  const outcomes: Outcome[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < jobs.length; index = next++) {
      const job = jobs[index];
      signal?.throwIfAborted();
      if (job === undefined) return;
      const started = Date.now();
      const { area, one } = job;
      const recorded = recordings?.get(area)?.get(one.name);
      const [transcript, error] = await runCase(one, prepared, calls, signal, recorded).then(
        (value): [Transcript, undefined] => [value, undefined],
        (thrown: unknown): [undefined, Error] => [
          undefined,
          thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown }),
        ],
      );
      const outcome = { area, name: one.name, transcript, error, seconds: (Date.now() - started) / 1000 };
      outcomes[index] = outcome;
      onCase?.(outcome);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, work));
    return outcomes;
  } finally {
    await prepared.close();
  }
}
