import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientEnvironment } from '../../scripts/config.ts';
import { missingForCli, openstackCli, openstackModule, run } from '../../scripts/openstack-cli.ts';
import { startCloud, type RunningCloud } from '../../src/cloud/main.ts';

const missing = await missingForCli();
if (missing !== undefined)
  process.stderr.write(`\nSKIPPED: python-openstackclient against the sandbox, because ${missing}\n\n`);

/** One session of `openstack`: creates, lists, shows and deletes one of everything. Each line is one command. */
const session = [
  'token issue -c project_id -f value',
  'catalog list -c Name -f value',
  'image list -c Name -f value',
  'flavor show m1.small -c ram -f value',
  'network create n1 -c status -f value',
  'subnet create s1 --network n1 --subnet-range 10.0.0.0/24 -c cidr -f value',
  'router create r1 --external-gateway public -c status -f value',
  'router add subnet r1 s1',
  'security group create sg1 -c name -f value',
  'security group rule create sg1 --protocol tcp --dst-port 6443 -c port_range_min -f value',
  'port create p1 --network n1 --security-group sg1 --fixed-ip subnet=s1,ip-address=10.0.0.77 -c name -f value',
  'server group create --policy soft-anti-affinity g1 -c policy -f value',
  'server create sv1 --image ubuntu-24.04-kube-v1.36.3 --flavor m1.small --port p1 --wait -c status -f value',
  'server list -c Name -c Status -f value',
  'server show sv1 -c addresses -f value',
  'floating ip create public --port p1 -c status -f value',
  'loadbalancer create --name lb1 --vip-subnet-id s1 --wait -c provisioning_status -f value',
  'loadbalancer listener create --name l1 --protocol TCP --protocol-port 6443 --wait lb1 -c name -f value',
  'loadbalancer pool create --name po1 --listener l1 --protocol TCP --lb-algorithm ROUND_ROBIN --wait -c name -f value',
  'loadbalancer member create --name m1 --address 10.0.0.77 --protocol-port 6443 --wait po1 -c name -f value',
  'loadbalancer healthmonitor create --delay 10 --timeout 5 --max-retries 3 --type TCP --wait po1 -c type -f value',
  'loadbalancer show lb1 -c operating_status -f value',
  'volume create --size 2 v1 -c size -f value',
  'volume list -c Name -f value',
  'zone create --email ops@example.org example.org. -c name -f value',
  'quota show -c Resource -f value',
  'limits show --absolute -c Name -f value',
  'loadbalancer delete lb1 --cascade --wait',
  'server delete sv1 --wait',
  'port delete p1',
  'server group delete g1',
  'router remove subnet r1 s1',
  'router delete r1',
  'network delete n1',
  'security group delete sg1',
  'volume delete v1',
  'zone delete example.org. -c action -f value',
  'server show sv1',
];

describe.skipIf(missing !== undefined)('python-openstackclient', () => {
  let folder: string;
  let cloud: RunningCloud;
  let python: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sandbox-cli-'));
    cloud = await startCloud({ listen: '127.0.0.1:0', latency: 'instant', data: folder });
    python = await openstackCli();
  }, 660_000);
  afterAll(async () => {
    await cloud.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('creates, lists, shows and deletes one of everything, and leaves only the floating IP it did not delete', async () => {
    const env = clientEnvironment(cloud.cloudsFile ?? '', 'sandbox');
    const done = await run(python, openstackModule, { input: `${session.join('\n')}\n`, env, milliseconds: 240_000 });
    const lines = done.stdout.split('\n').map((line) => line.trim());
    const output = `${done.stdout}\n${done.stderr}`;
    for (const expected of [
      'nova',
      'octavia',
      'ubuntu-24.04-kube-v1.36.3',
      '2048',
      '10.0.0.0/24',
      'sg1',
      '6443',
      'p1',
      'soft-anti-affinity',
      'sv1 ACTIVE',
      'l1',
      'po1',
      'm1',
      'TCP',
      'ONLINE',
      'v1',
      'example.org.',
      'instances',
      'total_cores',
      'DELETE',
    ]) {
      expect(lines, output).toContain(expected);
    }
    expect(lines.filter((line) => line === 'ACTIVE').length, output).toBe(5);
    expect(output).toContain('10.0.0.77');
    // The only command that must fail is the last one: the server is gone.
    const refused = cloud.cloud.log.entries(10_000, ({ method, status }) => method !== 'GET' && status >= 400);
    expect(refused.map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([]);
    expect(output).toMatch(/No [Ss]erver found for sv1/);
    const { tables } = cloud.cloud;
    const project = tables.projects.all().find(({ name }) => name === 'demo')?.id ?? '';
    const left = [
      tables.servers,
      tables.ports,
      tables.networks,
      tables.routers,
      tables.loadBalancers,
      tables.volumes,
      tables.zones,
    ];
    expect(left.map((table) => table.count('project', project))).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(tables.floatingIps.count('project', project)).toBe(1);
  }, 300_000);
});
