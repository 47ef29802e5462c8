import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';

/** Everything that listens; all on 127.0.0.1. */
const portNames = [
  'keystone',
  'glance',
  'placement',
  'nova',
  'neutron',
  'cinder',
  'octavia',
  'designate',
  'swift',
  'mariadb',
  'rabbitmq',
  'rabbitmqDistribution',
  'epmd',
  'memcached',
  'designateMdns',
  'octaviaHealth',
  'swiftAccount',
  'swiftContainer',
  'swiftObject',
] as const;

/** The port of everything that listens. */
export type Ports = Readonly<Record<(typeof portNames)[number], number>>;

export interface PortOptions {
  /** Keystone's; default: the first of the others. */
  readonly keystonePort?: number | undefined;
  /** The first of a row of free ones; default: chosen. */
  readonly portBase?: number | undefined;
}

const portsSchema = z.record(z.enum(portNames), z.int().min(1).max(65_535));

/**
 * Rows are looked for here: below the ports that the kernel gives to outgoing connections (ip(7), ip_local_port_range:
 * 32768 on), which may be taken at the next start.
 */
const [FIRST, LAST] = [20_000, 32_000];
const ROW = 32;
const TRIES = 100;

/** Ports in a row from `base` on, Keystone's as given. */
export function planPorts(base: number, keystonePort?: number): Ports {
  if (base < 1 || base + portNames.length > 65_536) throw new Error(`there are not enough ports from ${base} on`);
  const row = Object.fromEntries(portNames.map((name, index) => [name, base + index]));
  return portsSchema.parse(keystonePort === undefined ? row : { ...row, keystone: keystonePort });
}

/**
 * The ports of the cloud in `data`: those it had before, so that its catalogue stays right, else free ones, which are
 * kept.
 * @throws Error naming the ports that something else has taken.
 */
export async function cloudPorts(data: string, options: PortOptions): Promise<Ports> {
  const file = join(data, 'ports.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) {
    const kept = portsSchema.parse(JSON.parse(text));
    const asked = options.keystonePort ?? options.portBase;
    if (asked !== undefined && kept.keystone !== asked) {
      throw new Error(
        `the cloud in ${data} has Keystone on port ${kept.keystone}, not ${asked}: its catalogue names it. Use that port, or wipe the folder`,
      );
    }
    await refuseTaken(kept);
    return kept;
  }
  const chosen = await choosePorts(options);
  await writeFile(file, `${JSON.stringify(chosen, null, 2)}\n`, { mode: 0o600 });
  return chosen;
}

async function choosePorts({ keystonePort, portBase }: PortOptions): Promise<Ports> {
  if (portBase !== undefined) {
    const ports = planPorts(portBase, keystonePort);
    await refuseTaken(ports);
    return ports;
  }
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const ports = planPorts(FIRST + ROW * randomInt((LAST - FIRST) / ROW), keystonePort);
    const taken = await takenPorts(ports);
    if (taken.length === 0) return ports;
    if (taken.some(([, port]) => port === keystonePort)) await refuseTaken(ports);
  }
  throw new Error(`no ${ROW} free ports in a row were found between ${FIRST} and ${LAST}`);
}

async function refuseTaken(ports: Ports): Promise<void> {
  const taken = await takenPorts(ports);
  if (taken.length === 0) return;
  const list = taken.map(([name, port]) => `${port} (${name})`).join(', ');
  throw new Error(`something else listens on 127.0.0.1: ${list}. Stop it and try again`);
}

async function takenPorts(ports: Ports): Promise<[string, number][]> {
  const all = Object.entries(ports);
  const free = await Promise.all(all.map(([, port]) => isFree(port)));
  return all.filter((_, index) => free[index] === false);
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A port of 127.0.0.1 that was free a moment ago, for something short-lived. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
