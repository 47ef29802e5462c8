import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { cloudPorts } from '../../src/openstack/ports.ts';
import { cloudSecrets } from '../../src/openstack/secrets.ts';

async function folder(): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'sandbox-cloud-'));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  return data;
}

test('a cloud keeps its ports, and two clouds have none in common', async () => {
  const [one, two] = [await folder(), await folder()];
  const first = await cloudPorts(one, {});
  expect(await cloudPorts(one, {})).toEqual(first);
  const other = Object.values(await cloudPorts(two, {}));
  expect(Object.values(first).filter((port) => other.includes(port))).toEqual([]);
});

test('a port that is taken is named, and so is a wish that the catalogue contradicts', async () => {
  const data = await folder();
  const { keystone, mariadb } = await cloudPorts(data, {});
  await expect(cloudPorts(data, { keystonePort: keystone + 1000 })).rejects.toThrow(`has Keystone on port ${keystone}`);
  const server = createServer().listen(mariadb, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  await expect(cloudPorts(data, {})).rejects.toThrow(`something else listens on 127.0.0.1: ${mariadb} (mariadb)`);
});

test('secrets are drawn once for each cloud, and nobody else can read them', async () => {
  const [one, two] = [await folder(), await folder()];
  const first = await cloudSecrets(one);
  expect(await cloudSecrets(one)).toEqual(first);
  const other = JSON.stringify(await cloudSecrets(two));
  for (const secret of Object.values(first).flat()) expect(other).not.toContain(secret);
  expect((await stat(join(one, 'secrets.json'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(one, 'secrets.json'), 'utf8')).toContain(first.admin);
});
