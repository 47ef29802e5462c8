import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type OpenStackClient } from 'openstack-client-ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { flavors, images, volumeTypes } from '../../src/seeds.ts';

const lineSchema = z.looseObject({
  ready: z.literal(true).optional(),
  url: z.url().optional(),
  cloudsFile: z.string().optional(),
});
const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** A supervisor as a process, and what it said. */
interface Running {
  readonly process: ChildProcess;
  readonly url: string;
  readonly cloudsFile: string;
  readonly progress: readonly string[];
  readonly errors: () => string;
}

let data: string;
let running: Running | undefined;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'sandbox-openstack-'));
});

afterAll(async () => {
  if (running?.process.exitCode === null && running.process.signalCode === null) await end(running, 'SIGTERM');
  await rm(data, { recursive: true, force: true });
});

async function start(): Promise<Running> {
  const args = ['openstack', '--data', data, '--external-cidr', '127.66.0.0/20'];
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--import', import.meta.resolve('tsx'), main, ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const progress: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    const said = lineSchema.parse(JSON.parse(line));
    if (said.ready !== true) progress.push(line);
    else if (said.url !== undefined && said.cloudsFile !== undefined)
      return { process: child, url: said.url, cloudsFile: said.cloudsFile, progress, errors: () => errors };
  }
  throw new Error(`the cloud did not start:\n${errors}`);
}

async function end({ process }: Running, signal: NodeJS.Signals): Promise<number> {
  const began = Date.now();
  const ended = once(process, 'exit');
  process.kill(signal);
  await ended;
  return (Date.now() - began) / 1000;
}

/** Processes that were started for the cloud; they all name its folder. */
function processes(): string[] {
  return execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(data));
}

async function withCloud<T>(
  user: 'sandbox' | 'sandbox-admin',
  use: (cloud: OpenStackClient) => Promise<T>,
): Promise<T> {
  const cloud = await connect({ cloud: user, cloudsFile: join(data, 'clouds.yaml') });
  try {
    return await use(cloud);
  } finally {
    await cloud.close();
  }
}

test('starts, says what it does, and has what the emulator has', async () => {
  running = await start();
  expect(running.progress.length).toBeGreaterThan(5);
  await withCloud('sandbox', async (cloud) => {
    const found = await cloud.image.images.list({ status: 'active' });
    expect(found.map(({ name }) => name).sort()).toEqual(images.map(({ name }) => name).sort());
    expect((await cloud.compute.flavors.list()).map(({ name }) => name)).toEqual(flavors.map(({ name }) => name));
    const types = cloud.service('block-storage').list('/types', 'volume_types', z.looseObject({ name: z.string() }));
    expect((await types).map(({ name }) => name).sort()).toEqual(volumeTypes.map(({ name }) => name).sort());
    const [external] = await cloud.network.networks.list({ name: 'public' });
    const [subnet] = await cloud.network.subnets.list({ network_id: external?.id ?? '' });
    expect(subnet).toMatchObject({ cidr: '127.66.0.0/20', enable_dhcp: false });
    expect(await cloud.compute.servers.list()).toEqual([]);
  });
  const listening = execFileSync('ss', ['-ltnpH'], { encoding: 'utf8' }).split('\n');
  const pids = processes().map((line) => line.trim().split(' ')[0] ?? '');
  const ours = listening.filter((line) => pids.some((pid) => line.includes(`pid=${pid},`)));
  expect(ours.length).toBeGreaterThan(10);
  for (const line of ours) expect(line).toContain(' 127.0.0.1:');
});

test('there is a host for each of three servers of an anti-affinity group', async () => {
  await withCloud('sandbox', async (cloud) => {
    const network = await cloud.network.networks.create({ name: 'kept' });
    await cloud.network.subnets.create({ network_id: network.id, cidr: '10.7.0.0/24', ip_version: 4 });
    const group = await cloud.compute.serverGroups.create({ name: 'apart', policy: 'anti-affinity' });
    const [image] = await cloud.image.images.list({ status: 'active' });
    const servers = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        cloud.compute.servers.create(
          { name, flavorRef: '2', imageRef: image?.id ?? '', networks: [{ uuid: network.id }] },
          { hints: { group: group.id } },
        ),
      ),
    );
    for (const { id } of servers) await cloud.compute.servers.waitActive(id, { deadlineMs: 180_000 });
  });
});

test('stops within 20 seconds and leaves nothing running; the next start has all that was there', async () => {
  const before = running;
  if (before === undefined) throw new Error('it did not start');
  expect(await end(before, 'SIGTERM')).toBeLessThan(20);
  expect(before.process.exitCode).toBe(0);
  expect(processes()).toEqual([]);

  running = await start();
  expect(running.url).toBe(before.url);
  await withCloud('sandbox', async (cloud) => {
    const servers = await cloud.compute.servers.list();
    expect(servers.map(({ name, status }) => `${name} ${status}`).sort()).toEqual(['a ACTIVE', 'b ACTIVE', 'c ACTIVE']);
    for (const { id } of servers) await cloud.compute.servers.delete(id);
    for (const { id } of servers) await cloud.compute.servers.waitGone(id, { deadlineMs: 120_000 });
  });
});

test('when it is killed, nothing runs on for long', async () => {
  if (running === undefined) throw new Error('it did not start');
  await end(running, 'SIGKILL');
  const deadline = Date.now() + 30_000;
  while (processes().length > 0 && Date.now() < deadline) await delay(200);
  expect(processes()).toEqual([]);
});

test('a service that dies ends the cloud, with its name and the end of its log', async () => {
  running = await start();
  const left = z.array(z.object({ name: z.string(), pid: z.number() }));
  const kept = left.parse(JSON.parse(await readFile(join(data, 'processes.json'), 'utf8')));
  const conductor = kept.find(({ name }) => name === 'nova-conductor');
  if (conductor === undefined) throw new Error('there is no nova-conductor');
  const ended = once(running.process, 'exit');
  process.kill(conductor.pid, 'SIGKILL');
  await ended;
  expect(running.process.exitCode).toBe(1);
  expect(running.errors()).toMatch(/nova-conductor was ended by SIGKILL\. The end of its log .*nova-conductor\.log:/);
  expect(processes()).toEqual([]);
});
