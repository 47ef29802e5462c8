import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, get, type Server as HttpServer } from 'node:http';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { machineImageDirectory } from '../../image/image-directory.ts';
import type { Machine, MachineDriver } from '../../src/machines/driver.ts';
import { serveMetadata } from '../../src/machines/metadata.ts';
import { createNspawnDriver } from '../../src/machines/nspawn/driver.ts';
import { server } from './cloud.ts';
import { canRunMachines, inMachine, leftOvers, says } from './machines.ts';

const imageDir = await machineImageDirectory();
const runnable = await canRunMachines(imageDir);

/** Serves its own name on 8080, and says when it does. */
const serveName = `#cloud-config
write_files:
  - path: /usr/local/bin/serve-name
    permissions: '0755'
    content: |
      #!/bin/sh
      cd "$(mktemp -d)" && hostname >index.html
      python3 -m http.server 8080 >/dev/null 2>&1 &
      curl -s --retry 50 --retry-connrefused --retry-delay 1 http://127.0.0.1:8080/ >/dev/null
      echo "UP $(hostname)" >/dev/console
runcmd:
  - [/usr/local/bin/serve-name]
`;

describe.skipIf(!runnable)('the driver of real machines', () => {
  let folder: string;
  let host: HttpServer;
  let doors: Server[];
  let drivers: MachineDriver[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nspawn-test-'));
    doors = [];
    drivers = [];
    host = createHttpServer((_request, response) => response.end('a service of the host'));
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    for (const door of doors) door.close();
    for (const driver of drivers) await driver.close();
    host.closeAllConnections();
    host.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('networks with equal addresses never meet, and each machine has its own metadata, host services and VIPs', async () => {
    const driver = await open();
    const networks = [randomUUID(), randomUUID()] as const;
    const left = server('left', networks[0], '10.6.0.11', serveName);
    const right = server('right', networks[1], '10.6.0.11', serveName);
    await Promise.all([left, right].map((machine) => driver.boot(machine, AbortSignal.timeout(60_000))));
    await Promise.all([says(driver, left, 'UP left'), says(driver, right, 'UP right')]);
    // The same door on the host leads to one or the other by network.
    expect(await fetchText(await door(driver, networks[0], '10.6.0.11', 8080))).toBe('left\n');
    expect(await fetchText(await door(driver, networks[1], '10.6.0.11', 8080))).toBe('right\n');
    expect(await driver.canAccept?.(networks[0], '10.6.0.11', 8080)).toBe(true);
    expect(await driver.canAccept?.(networks[0], '10.6.0.11', 8081)).toBe(false);
    expect(await driver.canAccept?.(randomUUID(), '10.6.0.11', 8080)).toBe(false);
    await driver.setVips([
      { networkId: networks[0], address: '10.6.0.5', port: 80, members: [member('10.6.0.99'), member('10.6.0.11')] },
    ]);
    const fromLeft = async (url: string): Promise<string> => inMachine(left, 'curl', '-sS', '--max-time', '20', url);
    expect(await fromLeft('http://10.6.0.5/')).toBe('left\n');
    expect(await fetchText(await door(driver, networks[0], '10.6.0.5', 80))).toBe('left\n');
    expect(await fromLeft('http://169.254.169.253:8200/')).toBe('a service of the host');
    expect(JSON.parse(await fromLeft('http://169.254.169.254/openstack/latest/meta_data.json'))).toMatchObject({
      uuid: left.id,
    });
    // The other network has no such VIP, nor has this one any more.
    await expect(inMachine(right, 'curl', '-sS', '--max-time', '2', 'http://10.6.0.5/')).rejects.toThrow();
    await driver.setVips([]);
    await expect(inMachine(left, 'curl', '-sS', '--max-time', '2', 'http://10.6.0.5/')).rejects.toThrow();
    // Gone machines leave their network, and connections to them end; the other network stays.
    const idle = connect(await door(driver, networks[0], '10.6.0.11', 8080), '127.0.0.1');
    await once(idle, 'connect');
    expect(await fetchText(await door(driver, networks[0], '10.6.0.11', 8080))).toBe('left\n');
    const ended = once(idle.resume(), 'close');
    await driver.destroy(left.id);
    await ended;
    expect(leftOvers(folder, networks[0], [left.id])).toEqual([]);
    expect(await fetchText(await door(driver, networks[1], '10.6.0.11', 8080))).toBe('right\n');
    await driver.close();
    expect(leftOvers(folder, networks[1], [right.id])).toEqual([]);
  });

  test('a floating IP, which is a loopback address, answers from inside of its network', async () => {
    const driver = await open();
    const network = randomUUID();
    const [one, two] = [server('one', network, '10.6.0.11', serveName), server('two', network, '10.6.0.12', serveName)];
    const address = '127.64.9.9';
    await driver.setVips([{ networkId: network, address, port: 6443, members: [member('10.6.0.11')] }]);
    await Promise.all([one, two].map((machine) => driver.boot(machine, AbortSignal.timeout(60_000))));
    await Promise.all([says(driver, one, 'UP one'), says(driver, two, 'UP two')]);
    const ask = (from: Machine, url: string): Promise<string> => inMachine(from, 'curl', '-sS', '--max-time', '5', url);
    // Also from the machine that is behind it, as a router sends it back.
    for (const from of [one, two]) expect(await ask(from, `http://${address}:6443/`)).toBe('one\n');
    // What is not the cloud's is the machine's own, still.
    expect(await ask(two, 'http://127.0.0.1:8080/')).toBe('two\n');
    expect(await ask(two, 'http://127.0.0.53:8080/')).toBe('two\n');
    await driver.setVips([]);
    await expect(ask(two, `http://${address}:6443/`)).rejects.toThrow();
  });

  test('a boot that is given up, or was never possible, leaves nothing', async () => {
    const driver = await open();
    const network = randomUUID();
    const given = server('given-up', network, '10.6.0.11', serveName);
    const stop = new AbortController();
    const booting = driver.boot(given, stop.signal);
    setTimeout(() => stop.abort(), 300);
    await Promise.allSettled([booting]);
    await driver.destroy(given.id);
    expect(leftOvers(folder, network, [given.id])).toEqual([]);
    const old = { ...given, image: { ...given.image, name: 'old', properties: { kube_version: 'v1.30.0' } } };
    await expect(driver.boot(old, AbortSignal.timeout(5_000))).rejects.toThrow(
      /wants Kubernetes v1\.30\.0 \(image old\)/,
    );
    await expect(driver.boot({ ...given, interfaces: [] }, AbortSignal.timeout(5_000))).rejects.toThrow(/has no port/);
  });

  test('a machine that does not boot says so on its console', async () => {
    const driver = await open();
    const limit = '/proc/sys/fs/inotify/max_user_instances';
    const before = readFileSync(limit, 'utf8');
    const dead = server('dead', randomUUID(), '10.6.0.11', serveName);
    // The host's own, which root has used up: systemd cannot watch anything.
    writeFileSync(limit, '1\n');
    try {
      await driver.boot(dead, AbortSignal.timeout(60_000));
      await says(driver, dead, 'This machine did not boot: Failed to allocate manager object');
    } finally {
      writeFileSync(limit, before);
    }
  });

  test('what a killed driver left is removed by the next one on the same folder, and by no other', async () => {
    const network = randomUUID();
    const program = join(import.meta.dirname, 'killed-driver.ts');
    const child = spawn(
      process.execPath,
      ['--conditions=source', '--import', 'tsx', program, join(folder, 'driver'), imageDir, network],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let id: string;
    try {
      id = await firstLine(child.stdout);
      // A living driver keeps its folder.
      await expect(open()).rejects.toThrow(/runs machines in/);
    } finally {
      child.kill('SIGKILL');
    }
    await once(child, 'exit');
    expect(leftOvers(folder, network, [id]).length).toBeGreaterThan(3);
    const other = await createDriver(join(folder, 'other'));
    await other.close();
    expect(leftOvers(folder, network, [id]).length).toBeGreaterThan(3);
    const next = await open();
    expect(leftOvers(folder, network, [id])).toEqual([]);
    await next.close();
    expect(readdirSync(join(folder, 'driver'))).toEqual(['machines']);
  });

  async function open(): Promise<MachineDriver> {
    const driver = await createDriver(join(folder, 'driver'));
    drivers.push(driver);
    return driver;
  }

  async function createDriver(dataDir: string): Promise<MachineDriver> {
    return createNspawnDriver({
      dataDir,
      imageDir,
      metadata: serveMetadata,
      hostForwards: [{ port: 8200, host: '127.0.0.1', hostPort: portOf(host) }],
      log: (line) => process.stderr.write(`${line}\n`),
    });
  }

  /** A port of the host that leads into a network, as a floating IP does. */
  async function door(driver: MachineDriver, network: string, address: string, port: number): Promise<number> {
    const listener = createServer({ pauseOnConnect: true }, (client) => driver.accept(client, network, address, port));
    doors.push(listener);
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    return portOf(listener);
  }
});

const member = (address: string): { address: string; port: number } => ({ address, port: 8080 });

function portOf(listener: Server): number {
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen');
  return address.port;
}

async function firstLine(stream: Readable): Promise<string> {
  return new Promise((resolve) => stream.setEncoding('utf8').once('data', (text: string) => resolve(text.trim())));
}

async function fetchText(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, timeout: 10_000, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve(text)).on('error', reject);
    }).on('error', reject);
  });
}
