import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Children, stopLeftOvers } from '../../src/openstack/children.ts';

const env = { PATH: '/usr/bin:/bin' };

async function folder(): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'sandbox-children-'));
  await mkdir(join(data, 'logs'));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  return data;
}

const script = (text: string): [string, ...string[]] => ['/bin/sh', '-c', text];

async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within 15 s: ${what}`);
    await delay(50);
  }
}

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const linux = process.platform === 'linux';

test.runIf(linux)('services stop before what they stand on, the first of that last', async () => {
  const data = await folder();
  const children = new Children(data);
  const log = join(data, 'order');
  for (const name of ['database', 'messages', 'api', 'worker']) {
    const command = script(`trap 'echo ${name} >> ${log}; exit 0' TERM; echo up; while :; do sleep 0.05; done`);
    children.start({ name, command, env });
    await eventually(async () => (await readFile(join(data, 'logs', `${name}.log`), 'utf8')).includes('up'), name);
  }
  await children.stop(['database', 'messages'], 5_000);
  const order = (await readFile(log, 'utf8')).trim().split('\n');
  expect(order.slice(0, 2).sort()).toEqual(['api', 'worker']);
  expect(order.slice(2)).toEqual(['messages', 'database']);
  expect(children.died.aborted).toBe(false);
});

test.runIf(linux)('what does not stop is killed, with what it started', async () => {
  const data = await folder();
  const children = new Children(data);
  children.start({ name: 'stubborn', command: script(`trap '' TERM; sleep 61 & echo $!; wait; sleep 62`), env });
  const log = join(data, 'logs', 'stubborn.log');
  await eventually(async () => /\d+/.test(await readFile(log, 'utf8')), 'its child runs');
  const pid = Number(await readFile(log, 'utf8'));
  expect(runs(pid)).toBe(true);
  await children.stop([], 200);
  await eventually(() => !runs(pid), 'its child is gone');
});

test.runIf(linux)('a process that dies is reported with the end of its log', async () => {
  const data = await folder();
  const children = new Children(data);
  children.start({ name: 'api', command: script('echo no such table; exit 3'), env });
  await eventually(() => children.died.aborted, 'its death is known');
  expect(String(children.died.reason)).toMatch(
    /api ended with code 3\. The end of its log .*api\.log:\n {2}no such table/,
  );
  await children.stop([], 1_000);
});

test.runIf(linux)(
  'a killed supervisor takes its processes with it, and the next start ends those that stay',
  async () => {
    const data = await folder();
    const program = `
    const { Children } = await import(${JSON.stringify(import.meta.resolve('../../src/openstack/children.ts'))});
    const children = new Children(${JSON.stringify(data)});
    const env = ${JSON.stringify(env)};
    children.start({ name: 'plain', command: ['/bin/sh', '-c', 'echo $$; exec sleep 63'], env });
    children.start({ name: 'deaf', command: ['/bin/sh', '-c', "trap '' TERM; echo $$; while :; do sleep 1; done"], env, orphanSignal: 'TERM' });
    setInterval(() => undefined, 1000);`;
    const node = [
      '--conditions=source',
      '--import',
      import.meta.resolve('tsx'),
      '--input-type=module',
      '--eval',
      program,
    ];
    const supervisor = spawn(process.execPath, node, { stdio: 'inherit' });
    const pidOf = async (name: string) =>
      Number(await readFile(join(data, 'logs', `${name}.log`), 'utf8').catch(() => ''));
    await eventually(async () => (await pidOf('plain')) > 0 && (await pidOf('deaf')) > 0, 'both run');
    const [plain, deaf] = [await pidOf('plain'), await pidOf('deaf')];
    onTestFinished(() => {
      for (const pid of [plain, deaf]) if (runs(pid)) process.kill(pid, 'SIGKILL');
    });
    const ended = once(supervisor, 'exit');
    supervisor.kill('SIGKILL');
    await ended;
    await eventually(() => !runs(plain), 'the plain one is gone');
    expect(runs(deaf)).toBe(true);
    expect(await stopLeftOvers(data, 300)).toEqual(['deaf']);
    await eventually(() => !runs(deaf), 'the deaf one is gone');
  },
);
