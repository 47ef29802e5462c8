import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { latencyProfiles } from '../../src/latency.ts';
import { ConsolePush } from '../../src/machines/console-push.ts';
import type { Machine } from '../../src/machines/driver.ts';
import { SimulatedDriver } from '../../src/machines/simulated/driver.ts';

const machine: Machine = {
  id: 'server-1',
  name: 'plain',
  projectId: 'project-1',
  availabilityZone: 'nova',
  userData: '',
  metadata: {},
  image: { id: 'image-1', name: 'ubuntu', properties: {} },
  flavor: { name: 'm1.small', vcpus: 1, ramMiB: 2048, diskGiB: 20 },
  publicKeys: [],
  interfaces: [],
};

describe('console logs', () => {
  it('are sent once only to a cloud that has no place for them', async () => {
    const asked: string[] = [];
    // What Nova answers to a path that it does not know (nova/api/openstack/compute/versions.py).
    const nova = createServer((request, response) => {
      asked.push(request.url ?? '');
      const choice = { id: 'v2.1', links: [{ rel: 'self', href: `http://nova/v2.1${request.url ?? ''}` }] };
      response.writeHead(300, { 'content-type': 'application/json' }).end(JSON.stringify({ choices: [choice] }));
    }).listen(0, '127.0.0.1');
    await once(nova, 'listening');
    const address = nova.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
    const driver = new SimulatedDriver(latencyProfiles.instant.machine);
    const log: string[] = [];
    const tell = (line: string) => void log.push(line);
    try {
      await driver.boot(machine);
      const push = new ConsolePush(url, driver, () => new Map([[machine.id, machine]]), tell);
      const limit = AbortSignal.timeout(5000);
      await push.run(limit);
      expect(limit.aborted).toBe(false);
      expect(asked).toEqual(['/_sandbox/servers/server-1/console']);
      expect(log).toEqual(['the cloud takes no console text: it is kept here only']);
    } finally {
      await driver.close();
      nova.close();
    }
  });
});
