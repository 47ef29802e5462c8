import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectTemporal, connectWithin, loadTemporalConfiguration } from '../../../temporal/index.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function profiles(text: string): Promise<Record<string, string>> {
  const file = join(folder, 'temporal.toml');
  await writeFile(file, text);
  return { TEMPORAL_CONFIG_FILE: file };
}

test('a profile of temporal.toml gives address, namespace, TLS and API key; variables win over it', async () => {
  const environment = await profiles(
    '[profile.cloud]\naddress = "cloud.example.org:7233"\nnamespace = "platform"\napi_key = "k"\n[profile.cloud.tls]\nserver_name = "t.example.org"\n',
  );
  const fromFile = loadTemporalConfiguration({ ...environment, TEMPORAL_PROFILE: 'cloud' });
  expect(fromFile).toMatchObject({
    connection: { address: 'cloud.example.org:7233', apiKey: 'k', tls: { serverNameOverride: 't.example.org' } },
    namespace: 'platform',
    codec: false,
  });
  const overridden = loadTemporalConfiguration({
    ...environment,
    TEMPORAL_PROFILE: 'cloud',
    TEMPORAL_ADDRESS: '127.0.0.1:7',
    TEMPORAL_NAMESPACE: 'other',
    SLIPWAY_PAYLOAD_CODEC: 'on',
  });
  expect(overridden).toMatchObject({ connection: { address: '127.0.0.1:7' }, namespace: 'other', codec: true });
});

test('without anything it is the local default namespace', () => {
  const configuration = loadTemporalConfiguration({ TEMPORAL_CONFIG_FILE: '/dev/null', SLIPWAY_PAYLOAD_CODEC: '' });
  expect(configuration).toMatchObject({
    connection: { address: 'localhost:7233' },
    namespace: 'default',
    codec: false,
  });
});

test.each([
  [
    { SLIPWAY_PAYLOAD_CODEC: 'yes', SLIPWAY_TEMPORAL_CONNECT_TIMEOUT: '0' },
    /SLIPWAY_PAYLOAD_CODEC: must be on or off[\s\S]*CONNECT_TIMEOUT: must be from 1/,
  ],
  [{ TEMPORAL_PROFILE: 'nowhere', TEMPORAL_CONFIG_FILE: '/dev/null' }, /Profile 'nowhere' not found/],
  [{ TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml' }, /temporal\.toml/],
])('%j is refused with the reason', (environment, reason) => {
  expect(() => loadTemporalConfiguration(environment)).toThrow(reason);
});

test('a Temporal that is not there is reported in time, with the address, the reason and what to do', async () => {
  const environment = {
    TEMPORAL_CONFIG_FILE: '/dev/null',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    SLIPWAY_TEMPORAL_CONNECT_TIMEOUT: '1',
  };
  const started = Date.now();
  await expect(connectTemporal(environment)).rejects.toThrow(
    /cannot reach Temporal at 127\.0\.0\.1:1: connection refused; is `slipway up` running\?/,
  );
  expect(Date.now() - started).toBeLessThan(5_000);
});

test('something else at the address, and an address without a port, are told apart', async () => {
  const server = createServer((socket) => void socket.resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const at = server.address();
    const port = typeof at === 'object' && at !== null ? at.port : 0;
    const environment = { TEMPORAL_CONFIG_FILE: '/dev/null', SLIPWAY_TEMPORAL_CONNECT_TIMEOUT: '1' };
    const silent = loadTemporalConfiguration({ ...environment, TEMPORAL_ADDRESS: `127.0.0.1:${port}` });
    const never = connectWithin(silent, () => new Promise<never>(() => undefined));
    await expect(never).rejects.toThrow(/no answer in time; something listens there: is it Temporal/);
    const wrong = loadTemporalConfiguration({ ...environment, TEMPORAL_ADDRESS: 'nohost' });
    await expect(connectWithin(wrong, () => Promise.reject(new Error('x')))).rejects.toThrow(/is not host:port/);
  } finally {
    server.close();
  }
});

test('a connection that comes up a little later is waited for', async () => {
  let tries = 0;
  const configuration = loadTemporalConfiguration({ TEMPORAL_CONFIG_FILE: '/dev/null' });
  const connected = await connectWithin(configuration, () => {
    tries += 1;
    return tries < 3 ? Promise.reject(new Error('refused')) : Promise.resolve('connected');
  });
  expect(connected).toBe('connected');
});
