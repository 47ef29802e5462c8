import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { timeLimit } from '../../../model/index.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** How many of twenty signals that a caller may abort, too, are aborted after 200 ms. */
async function abortedInTime(limit: (ms: number) => AbortSignal): Promise<number> {
  const caller = new AbortController();
  let aborted = 0;
  const wait = () =>
    AbortSignal.any([caller.signal, limit(200)]).addEventListener('abort', () => {
      aborted += 1;
    });
  for (let count = 0; count < 20; count++) wait();
  await sleep(50);
  collectGarbage();
  await sleep(400);
  return aborted;
}

it('ends what waits for it and for a caller, also after a garbage collection', async () => {
  expect(await abortedInTime(timeLimit)).toBe(20);
});
