import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { startProcessGuard } from '../../../local/process-guard.ts';
import { startStack, type StackEvent } from '../../../local/stack.ts';
import { temporaryDirectory } from './temporary-directory.ts';

test('when one part of a stack fails, its words are reported and no other part is left running', async () => {
  const directory = await temporaryDirectory();
  const guard = startProcessGuard();
  onTestFinished(() => guard.close());
  const events: StackEvent[] = [];
  const starting = startStack(
    {
      directory,
      persistent: false,
      machines: 'none',
      latency: 'instant',
      workers: 1,
      workerEnvironment: { SLIPWAY_MAX_ACTIVITIES: 'many' },
      guard,
      onEvent: (event) => events.push(event),
    },
    AbortSignal.timeout(60_000),
  );
  const error: unknown = await starting.catch((reason: unknown) => reason);
  expect(String(error)).toMatch(/the worker worker-1 ended with exit code \d+ before it was ready/);
  expect(String(error)).toContain('SLIPWAY_MAX_ACTIVITIES');

  const state = (part: string) => events.filter((event) => event.part === part).at(-1)?.state;
  expect([state('temporal'), state('vault'), state('worker')]).toEqual(['ready', 'ready', 'failed']);
  // Vault's and the cloud's command lines name the directory.
  expect(commandLines().filter((command) => command.includes(directory))).toEqual([]);
}, 60_000);

/** The command lines of all processes. A small Linux has no ps. */
function commandLines(): string[] {
  if (process.platform !== 'linux') return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n');
  return readdirSync('/proc').flatMap((name) => {
    try {
      return /^\d+$/.test(name) ? [readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')] : [];
    } catch {
      return []; // It has ended meanwhile.
    }
  });
}
