import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MachineDriver } from '../../src/machines/driver.ts';
import { Watcher } from '../../src/machines/watcher.ts';
import { FakeCloud } from './support/fake-cloud.ts';
import { eventually } from './support/rig.ts';

const floatingIp = `127.66.${process.pid % 250}.1`;
const vipPort = { address: floatingIp, portId: 'port-vip', fixedAddress: '10.0.0.10' };

/** A driver whose machines answer each connection with their own address. */
class EchoDriver implements MachineDriver {
  readonly down = new Set<string>();
  vips: unknown;
  booted: string[] = [];
  destroyed: string[] = [];

  boot(machine: { readonly id: string }) {
    this.booted.push(machine.id);
    return Promise.resolve();
  }
  destroy(id: string) {
    this.destroyed.push(id);
    return Promise.resolve();
  }
  console() {
    return undefined;
  }
  canAccept(_networkId: string, address: string) {
    return Promise.resolve(!this.down.has(address));
  }
  accept(client: Socket, networkId: string, address: string, port: number) {
    client.end(`${networkId} ${address}:${port}`);
  }
  setVips(vips: unknown) {
    this.vips = vips;
    return Promise.resolve();
  }
  close() {
    return Promise.resolve();
  }
}

/** What a connection to the floating IP is answered; the error's code when it is not. */
async function ask(port = 6443, address = floatingIp): Promise<string> {
  const socket = connect({ host: address, port });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  try {
    await once(socket, 'close');
    return Buffer.concat(chunks).toString();
  } catch (error) {
    return (error as { code?: string }).code ?? 'unknown';
  }
}

let cloud: FakeCloud;
let driver: EchoDriver;
let stop: AbortController;
let running: Promise<void>;
const log: string[] = [];

beforeEach(() => {
  cloud = new FakeCloud();
  driver = new EchoDriver();
  stop = new AbortController();
  const watcher = new Watcher({
    view: cloud,
    driver,
    log: (line) => log.push(line),
    interval: { fastest: 10, slowest: 20 },
    directPorts: [6443, 8080],
  });
  running = watcher.run(stop.signal);
});
afterEach(async () => {
  stop.abort();
  await running;
});

const answers = (text: string, port = 6443) =>
  eventually(text, async () => ((await ask(port)) === text ? true : undefined));

describe('a floating IP of a load balancer', () => {
  it('leads to the members in turn, and follows them', async () => {
    cloud.setBalancer('10.0.0.10', ['10.0.1.1', '10.0.1.2']);
    cloud.addresses = [vipPort];
    await answers('net-1 10.0.1.1:6443');
    const four = [await ask(), await ask(), await ask(), await ask()];
    expect(new Set(four)).toEqual(new Set(['net-1 10.0.1.1:6443', 'net-1 10.0.1.2:6443']));
    expect(four[0]).not.toBe(four[1]);
    const members = [
      { address: '10.0.1.1', port: 6443 },
      { address: '10.0.1.2', port: 6443 },
    ];
    // From inside, the floating IP leads where the VIP leads.
    expect(driver.vips).toEqual([
      { networkId: 'net-1', address: '10.0.0.10', port: 6443, members },
      { networkId: 'net-1', address: vipPort.address, port: 6443, members },
    ]);
    driver.down.add('10.0.1.1');
    expect([await ask(), await ask(), await ask()]).toEqual(Array.from({ length: 3 }, () => 'net-1 10.0.1.2:6443'));
    driver.down.clear();
    cloud.setBalancer('10.0.0.10', ['10.0.1.3']);
    await answers('net-1 10.0.1.3:6443');
  });

  it('resets connections when no member accepts', async () => {
    cloud.setBalancer('10.0.0.10', ['10.0.1.1']);
    cloud.addresses = [vipPort];
    await answers('net-1 10.0.1.1:6443');
    driver.down.add('10.0.1.1');
    expect(await ask()).toBe('ECONNRESET');
    driver.down.clear();
    cloud.setBalancer('10.0.0.10', []);
    await answers('ECONNRESET');
  });

  it('is closed while the load balancer is not usable, and when the address goes', async () => {
    cloud.setBalancer('10.0.0.10', ['10.0.1.1']);
    cloud.addresses = [vipPort];
    await answers('net-1 10.0.1.1:6443');
    cloud.setBalancer('10.0.0.10', ['10.0.1.1'], 'ERROR');
    await answers('ECONNREFUSED');
    cloud.setBalancer('10.0.0.10', ['10.0.1.1'], 'PENDING_UPDATE');
    await answers('net-1 10.0.1.1:6443');
    cloud.addresses = [];
    await answers('ECONNREFUSED');
  });

  it('is tried again when its port was taken', async () => {
    const other = createServer();
    other.listen({ host: floatingIp, port: 6443 });
    await once(other, 'listening');
    cloud.setBalancer('10.0.0.10', ['10.0.1.1']);
    cloud.addresses = [vipPort];
    await eventually('a complaint', () =>
      Promise.resolve(log.some((line) => line.includes('EADDRINUSE')) ? true : undefined),
    );
    other.close();
    await answers('net-1 10.0.1.1:6443');
  });

  it('that is not a loopback address is never listened at', async () => {
    cloud.setBalancer('10.0.0.10', ['10.0.1.1']);
    cloud.addresses = [{ ...vipPort, address: '0.0.0.0' }];
    await eventually('a complaint', () =>
      Promise.resolve(log.some((line) => line.includes('0.0.0.0 is no loopback')) ? true : undefined),
    );
    expect(await ask()).toBe('ECONNREFUSED');
  });
});

describe('a floating IP of a server', () => {
  it('leads to its ports until the server is gone', async () => {
    cloud.addServer('s-1', '10.0.1.7', '');
    cloud.addresses = [{ address: floatingIp, portId: 'port-s-1', fixedAddress: '10.0.1.7' }];
    await answers('net-1 10.0.1.7:8080', 8080);
    expect(await ask(6443)).toBe('net-1 10.0.1.7:6443');
    expect(await ask(22)).toBe('ECONNREFUSED');
    cloud.deleteServer('s-1');
    await answers('ECONNREFUSED', 8080);
    expect(driver).toMatchObject({ booted: ['s-1'], destroyed: ['s-1'] });
  });
});

describe('a watcher that starts again', () => {
  it('finds the servers that are there, and boots them', async () => {
    cloud.addServer('s-1', '10.0.1.7', '');
    await eventually('boot', () => Promise.resolve(driver.booted.length === 1 ? true : undefined));
    const second = new EchoDriver();
    const stopSecond = new AbortController();
    const again = new Watcher({
      view: cloud,
      driver: second,
      log: () => undefined,
      interval: { fastest: 10, slowest: 20 },
    }).run(stopSecond.signal);
    await eventually('boot again', () => Promise.resolve(second.booted.length === 1 ? true : undefined));
    stopSecond.abort();
    await again;
  });
});
