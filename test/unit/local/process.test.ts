import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeArguments } from '../../../local/repository.ts';
import { startProcess, stopByIdentity, type ProcessSpec } from '../../../local/process.ts';
import { identify, isAlive } from '../../../local/process-identity.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const signal = () => AbortSignal.timeout(20_000);

/** A shell script as a process. */
async function script(text: string, more: Partial<ProcessSpec> = {}): Promise<ProcessSpec> {
  const directory = await temporaryDirectory();
  return {
    title: 'the probe',
    command: '/bin/sh',
    args: ['-c', text],
    env: { PATH: '/usr/bin:/bin' },
    logFile: join(directory, 'logs', 'probe.log'),
    ready: 'line',
    deadline: 10_000,
    ...more,
  };
}

const READY = `echo starting; echo '{"ready":true,"port":17}'`;

describe('startProcess', () => {
  test('waits for the ready line and returns it', async () => {
    const running = await startProcess(await script(`${READY}; exec sleep 60`), signal());
    onTestFinished(() => running.kill());
    expect(running.announcement).toEqual({ ready: true, port: 17 });
    expect(isAlive(running.identity)).toBe(true);
    await running.stop();
    expect(isAlive(running.identity)).toBe(false);
    await running.stop();
  });

  test('hears what it does until it is ready', async () => {
    const heard: string[] = [];
    const steps = `echo '{"progress":"installing"}'; sleep 0.5; echo '{"progress":"starting"}'; sleep 0.5; ${READY}`;
    const spec = await script(`${steps}; exec sleep 60`, { onProgress: (detail) => heard.push(detail) });
    const running = await startProcess(spec, signal());
    onTestFinished(() => running.kill());
    expect(running.announcement).toEqual({ ready: true, port: 17 });
    expect(heard).toEqual(['installing', 'starting']);
  });

  test('does not take the ready line of an earlier run for its own', async () => {
    const spec = await script(`${READY}; exec sleep 60`);
    const first = await startProcess(spec, signal());
    await first.stop();
    await expect(startProcess({ ...spec, args: ['-c', 'sleep 60'], deadline: 500 }, signal())).rejects.toThrow(
      'was not ready within 0.5 s',
    );
  });

  test('reports an early death with the exit code, the end of the log and where it is', async () => {
    const spec = await script('for i in $(seq 40); do echo "line $i"; done; echo "port 1 is taken" >&2; exit 3');
    const error = await startProcess(spec, signal()).catch((reason: unknown) => reason);
    expect(String(error)).toContain('the probe ended with exit code 3 before it was ready');
    expect(String(error)).toContain('port 1 is taken');
    expect(String(error)).toContain(spec.logFile);
    expect(String(error)).not.toContain('line 1\n');
  });

  test('says so when the program is not there', async () => {
    await expect(startProcess(await script('', { command: '/no/such/program' }), signal())).rejects.toThrow(
      'the probe could not be started',
    );
  });

  test('kills what ignores SIGTERM, and what it started', async () => {
    const spec = await script(`trap '' TERM; sleep 61 & echo "{\\"ready\\":true,\\"child\\":$!}"; wait; wait`, {
      grace: 200,
    });
    const running = await startProcess(spec, signal());
    const { child } = running.announcement as { child: number };
    await running.stop();
    expect(isAlive(running.identity)).toBe(false);
    await expect.poll(() => identify(child), { timeout: 5_000 }).toBeUndefined();
  });

  test('an abort stops what was being started', async () => {
    const directory = await temporaryDirectory();
    const pidFile = join(directory, 'pid');
    const controller = new AbortController();
    const starting = startProcess(await script(`echo $$ > ${pidFile}; exec sleep 62`), controller.signal);
    const read = () => readFile(pidFile, 'utf8').catch(() => '');
    await expect.poll(read, { timeout: 5_000 }).toMatch(/^\d+\n$/);
    controller.abort(new Error('changed my mind'));
    await expect(starting).rejects.toThrow('changed my mind');
    expect(identify(Number(await read()))).toBeUndefined();
  });
});

describe('process guard', () => {
  test('a killed parent leaves no orphan', async () => {
    const directory = await temporaryDirectory();
    const parentFile = join(directory, 'parent.mts');
    const local = (name: string) => JSON.stringify(join(import.meta.dirname, '../../../local', name));
    await writeFile(
      parentFile,
      `import { startProcess } from ${local('process.ts')};
       import { startProcessGuard } from ${local('process-guard.ts')};
       const running = await startProcess({
         title: 'child', command: '/bin/sh', args: ['-c', ${JSON.stringify(`${READY}; exec sleep 63`)}], env: {},
         logFile: ${JSON.stringify(join(directory, 'child.log'))}, ready: 'line', deadline: 10000, guard: startProcessGuard(),
       }, AbortSignal.timeout(20000));
       console.log(running.identity.pid);
       setInterval(() => undefined, 1000);`,
    );
    const [condition, importFlag, loader] = nodeArguments('local/process.ts');
    const parent = spawn(process.execPath, [condition ?? '', importFlag ?? '', loader ?? '', parentFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = identify(Number(line.toString()));
    if (child === undefined) throw new Error('the child did not start');

    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(child), { timeout: 10_000 }).toBe(false);
  });
});

describe('stopByIdentity', () => {
  test('stops the process it means, and never another one that got its pid', async () => {
    const bystander = spawn('/bin/sleep', ['64'], { stdio: 'ignore' });
    onTestFinished(() => void bystander.kill('SIGKILL'));
    const identity = identify(bystander.pid ?? 0);
    if (identity === undefined) throw new Error('sleep did not start');

    expect(await stopByIdentity({ ...identity, started: 'at another time' })).toBe(false);
    await delay(50);
    expect(isAlive(identity)).toBe(true);

    expect(await stopByIdentity(identity)).toBe(true);
    expect(isAlive(identity)).toBe(false);
  });
});
