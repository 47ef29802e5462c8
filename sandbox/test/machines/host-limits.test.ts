import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { raiseHostLimits } from '../../src/machines/nspawn/host-limits.ts';

/** A limit in a file of its own, and what was said when it was raised. */
async function raised(before: string | undefined, least: number) {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-limits-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'limit');
  if (before !== undefined) await writeFile(file, before);
  const said: string[] = [];
  await raiseHostLimits((line) => said.push(line), [{ name: 'a.limit', file, least }]);
  return { said, after: await readFile(file, 'utf8').catch(() => undefined) };
}

test('a limit that is too low is raised, and that is said', async () => {
  const { said, after } = await raised('128\n', 1000);
  expect(after).toBe('1000\n');
  expect(said).toEqual(['raised a.limit from 128 to 1000: machines need more']);
});

test('one that is high enough is left alone, and so is one that this kernel does not have', async () => {
  expect(await raised('2000\n', 1000)).toEqual({ said: [], after: '2000\n' });
  expect(await raised(undefined, 1000)).toEqual({ said: [], after: undefined });
});

test('where it may not be raised, the command that an administrator needs is said', async () => {
  const said: string[] = [];
  // A setting that nobody may change (kernel/sysctl.c, mode 0444).
  const file = '/proc/sys/kernel/ngroups_max';
  await raiseHostLimits((line) => said.push(line), [{ name: 'a.limit', file, least: 2 ** 40 }]);
  expect(said).toEqual([
    'cannot raise a.limit from 65536 to 1099511627776: a few machines boot, the others stay dead; run sysctl -w a.limit=1099511627776',
  ]);
});
