import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderIni } from '../../src/openstack/ini.ts';
import { planPorts } from '../../src/openstack/ports.ts';
import { backingFiles, backingProcesses } from '../../src/openstack/services/backing.ts';
import { services } from '../../src/openstack/services/index.ts';
import type { CloudPlan } from '../../src/openstack/cloud-plan.ts';

const secrets = {
  ...{ admin: 'pw-admin', demo: 'pw-demo', service: 'pw-service', database: 'pw-database', messages: 'pw-messages' },
  ...{ shared: 'pw-shared-0123456789-0123456789-0123', volumeKey: 'pw-volume', objectHash: 'pw-hash' },
  ...{ tokenKeys: ['key-0', 'key-1'], credentialKeys: ['key-2', 'key-3'], node: 'sandbox-0000' },
};

const plan: CloudPlan = {
  data: '/clouds/one',
  python: '/cache/python',
  drivers: '/cache/drivers',
  ports: planPorts(21_000),
  secrets,
  hosts: ['compute-0001', 'compute-0002', 'compute-0003'],
};
const programs = {
  ...{ mariadbd: 'mariadbd', installDatabase: 'mariadb-install-db', printDefaults: 'my_print_defaults' },
  ...{ resolveip: 'resolveip', rabbitmq: 'rabbitmq-server', erl: 'erl', epmd: 'epmd' },
  ...{ memcached: 'memcached', qemuImg: 'qemu-img', setpriv: 'setpriv', python: 'python3' },
};
const planned = services.map((service) => service(plan));
const files = [backingFiles(plan), ...planned.map((service) => service.files)].reduce((all, some) => ({
  ...all,
  ...some,
}));
const processes = [...backingProcesses(plan, programs), ...planned.flatMap((service) => service.processes)];

test('a configuration file has sections, lists with commas, and values of one line', () => {
  expect(renderIni({ a: { x: 1, y: true, z: ['p', 'q'] }, b: {} })).toBe('[a]\nx = 1\ny = true\nz = p,q\n\n[b]\n');
  expect(() => renderIni({ a: { x: 'one\ntwo' } })).toThrow('must be one line');
});

test('ports are in a row, all different, with Keystone where it is wanted', () => {
  const ports = Object.values(planPorts(21_000, 5000));
  expect(new Set(ports).size).toBe(ports.length);
  expect(planPorts(21_000, 5000).keystone).toBe(5000);
  expect(planPorts(21_000).keystone).toBe(21_000);
  expect(() => planPorts(65_530)).toThrow('not enough ports from 65530 on');
});

test('every process has a name of its own, and no secret on its command line', () => {
  const names = processes.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(processes.map(({ command }) => command.join(' ')).join('\n')).not.toMatch(/pw-|key-\d/);
});

test('every address in every file is on loopback', () => {
  const text = Object.values(files).join('\n');
  const addresses = [...text.matchAll(/\b(\d{1,3}(?:\.\d{1,3}){3})\b/g)].map(([address]) => address);
  expect(addresses.length).toBeGreaterThan(50);
  expect([...new Set(addresses)]).toEqual(['127.0.0.1']);
  expect(text).not.toMatch(/0\.0\.0\.0|\[::\]/);
});

test('every service answers on a port of the plan, and reads files that are written', () => {
  for (const { http } of planned) expect(Object.values(plan.ports)).toContain(http);
  const named = processes.flatMap(({ command }) => command.filter((word) => word.startsWith('/clouds/one/etc/')));
  expect(named.length).toBeGreaterThan(10);
  for (const file of named) expect(Object.keys(files)).toContain(file.slice('/clouds/one/'.length));
});

// Keystone's defaults (keystone/conf/fernet_tokens.py, fernet_receipts.py, credential.py) are below /etc/keystone.
test.each(['fernet_tokens', 'fernet_receipts', 'credential'])('Keystone has keys of its own for %s', (section) => {
  const text = files['etc/keystone/keystone.conf'] ?? '';
  const [, folder = ''] = new RegExp(`\\[${section}\\]\\nkey_repository = /clouds/one/(.+)`).exec(text) ?? [];
  expect(Object.keys(files)).toContain(`${folder}/0`);
});

// Without these, oslo.policy also takes what it finds in /etc/<service> and /etc.
test.each(['keystone', 'placement', 'glance', 'nova', 'neutron', 'cinder', 'octavia', 'designate'])(
  '%s has its rules from the cloud’s folder only',
  (service) => {
    const own = Object.entries(files).filter(([name]) => name.startsWith(`etc/${service}/`));
    expect(own.map(([, text]) => text).join('\n')).toContain(
      `[oslo_policy]\npolicy_file = /clouds/one/etc/${service}/policy.yaml\npolicy_dirs = /clouds/one/etc/${service}/policy.d\n`,
    );
  },
);

// Its quota API opens no transaction, and keeps a connection for each read (octavia/api/v2/controllers/quotas.py).
test('only Octavia takes as many connections to its database as it wants', () => {
  const overflows = Object.entries(files).flatMap(([name, text]) =>
    [...text.matchAll(/^max_overflow = (.+)$/gm)].map(([, value]) => [name.split('/')[1], value] as const),
  );
  expect(overflows.length).toBeGreaterThan(5);
  expect(overflows.filter(([, value]) => value === '-1')).toEqual([['octavia', '-1']]);
});

test('there is a nova-compute for every host', () => {
  const compute = processes.find(({ name }) => name === 'nova-compute');
  expect(compute?.command.filter((word) => word.includes('compute-000'))).toHaveLength(3);
});

test('quotas and the life of tokens are the services’ own', () => {
  expect(Object.values(files).join('\n')).not.toMatch(/quota_|\[quotas?\]|\bexpiration\b/);
});

test.each(['requirements.txt', 'installer.txt'])(
  '%s pins every package to one version and its hashes',
  async (name) => {
    const text = await readFile(join(import.meta.dirname, '..', '..', 'openstack', name), 'utf8');
    const packages = text
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(packages.length).toBeGreaterThan(0);
    for (const line of packages)
      expect(line).toMatch(/^[a-z0-9.-]+==[^\s;]+( ; [^-]+)?( +--hash=sha256:[0-9a-f]{64})+$/);
    // Where packages come from is the machine's business.
    expect(text).not.toMatch(/https?:|index-url/);
  },
);
