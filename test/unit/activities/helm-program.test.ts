import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callHelm, type HelmCall } from '../../../activities/addons/helm-program.ts';
import { inRepository } from '../../../local/repository.ts';
import { until } from '../../support/until.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-test-helm-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A script in Helm's place. */
const call = (script: string, options: Partial<HelmCall> = {}) =>
  callHelm({
    ...{ program: '/bin/sh', args: ['-c', script], folder, environment: { PATH: '/usr/bin:/bin' } },
    ...{ timeoutMs: 20_000, signal: new AbortController().signal },
    ...options,
  });

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const pidIn = async (file: string): Promise<number> =>
  Number(await readFile(join(folder, file), 'utf8').catch(() => ''));

describe('a call of Helm', () => {
  it('returns what is printed, reads its input, and sees the environment that it was given and no more', async () => {
    const input = JSON.stringify({ greeting: 'hello' });
    expect(await call('cat; echo " in $(pwd)"', { input })).toBe(`${input} in ${folder}\n`);
    expect((await call('env')).split('\n').filter((line) => /^(HOME|VAULT|USER)/.test(line))).toEqual([]);
  });

  it('fails with the words of its error, without its log', async () => {
    const script = 'echo "level=WARN msg=x" >&2; echo "Error: no such chart" >&2; echo "try another" >&2; exit 1';
    await expect(call(script)).rejects.toMatchObject({ reason: 'failed', words: 'no such chart; try another' });
    await expect(call('exit 3')).rejects.toMatchObject({ reason: 'failed', words: 'helm ended with code 3' });
  });

  it('says that the program is missing', async () => {
    await expect(call('', { program: 'no-such-helm', args: [] })).rejects.toMatchObject({ reason: 'missing' });
  });

  it('is stopped at its time, also where it does not heed SIGTERM, with all that it has started', async () => {
    const script = `trap '' TERM; echo $$ > pid; sh -c 'trap "" TERM; echo $$ > child; while :; do sleep 1; done'`;
    await expect(call(script, { timeoutMs: 500 })).rejects.toMatchObject({ reason: 'time-out' });
    await until(async () => !isAlive(await pidIn('pid')) && !isAlive(await pidIn('child')));
  }, 20_000);

  it('is stopped when the activity is cancelled', async () => {
    const controller = new AbortController();
    const called = call('echo $$ > pid; exec sleep 60', { signal: controller.signal });
    called.catch(() => undefined);
    await until(async () => (await pidIn('pid')) > 0);
    controller.abort(new Error('cancelled'));
    await expect(called).rejects.toThrow('cancelled');
    await until(async () => !isAlive(await pidIn('pid')));
  }, 20_000);

  it('does not outlive a worker that is killed, nor does its folder', async () => {
    const module = inRepository('activities/addons/helm-program.ts');
    await writeFile(
      join(folder, 'worker.mjs'),
      `import { callHelm } from ${JSON.stringify(module)};
       await callHelm({ program: '/bin/sh', args: ['-c', "trap '' TERM; echo $$ > pid; while :; do sleep 1; done"],
         folder: ${JSON.stringify(folder)}, environment: { PATH: '/usr/bin:/bin' }, timeoutMs: 60_000,
         signal: new AbortController().signal });`,
    );
    const tsx = import.meta.resolve('tsx');
    const worker = spawn(process.execPath, ['--import', tsx, join(folder, 'worker.mjs')], { stdio: 'ignore' });
    await until(async () => (await pidIn('pid')) > 0);
    const pid = await pidIn('pid');
    worker.kill('SIGKILL');
    await until(() => Promise.resolve(!isAlive(pid) && !existsSync(folder)));
  }, 40_000);
});
