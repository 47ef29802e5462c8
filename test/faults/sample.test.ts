import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runMatrix, sampled } from './matrix.ts';
import { failures } from './report.ts';

/** Cases of the whole matrix (`npm run faults`), of every fault in turn. Another seed takes others. */
const CASES = 40;
const SEED = 5;

it(`keeps its promises in ${CASES} cases of the fault matrix`, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'slipway-faults-'));
  try {
    const { results } = await runMatrix({
      directory,
      lanes: 6,
      select: (cases) => sampled(cases, CASES, SEED),
      signal: AbortSignal.timeout(880_000),
    });
    expect(failures(results)).toBe('');
    // A wait may end before its second look.
    expect(results.length).toBeGreaterThan(CASES - 5);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  // Three minutes by itself; more beside other tests, and where every file that is opened is traced (`npm run fresh`).
}, 900_000);
