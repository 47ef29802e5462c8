import { CoreV1Api } from '@kubernetes/client-node';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type OpenStackClient } from 'openstack-client-ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCloud, type RunningCloud } from '../../src/cloud/main.ts';
import { runMachines } from '../../src/machines/main.ts';
import { FakeVault } from './support/fake-vault.ts';
import { createOnOpenStack } from './support/openstack-cluster.ts';
import { eventually } from './support/rig.ts';

let folder: string;
let cloud: RunningCloud;
let user: OpenStackClient;
const vault = new FakeVault();
const stop = new AbortController();
const ready: string[] = [];
const log: string[] = [];
let running: Promise<void>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-machines-'));
  await vault.listen();
  const externalCidr = `127.67.${process.pid % 250}.0/24`;
  cloud = await startCloud({ listen: '127.0.0.1:0', latency: 'instant', data: folder, externalCidr });
  user = await connect({ cloud: 'sandbox', cloudsFile: cloud.cloudsFile });
  running = runMachines({
    cloudsFile: cloud.cloudsFile,
    osCloud: 'sandbox-admin',
    driver: 'simulated',
    signal: stop.signal,
    log: (line) => log.push(line),
    ready: (line) => ready.push(line),
  });
  await Promise.race([running, eventually('ready', () => Promise.resolve(ready[0]))]);
});
afterAll(async () => {
  stop.abort();
  await running;
  await user.close();
  await vault.close();
  await cloud.close();
  await rm(folder, { recursive: true });
});

describe('the machine side of the emulated cloud', () => {
  it('builds a cluster from OpenStack calls alone, and takes it away', async () => {
    expect(ready).toEqual(['{"ready":true,"driver":"simulated"}']);
    const cluster = await createOnOpenStack(user, vault, 'atlas');
    const { kit } = cluster;
    await cluster.addWorkers(9);
    const config = await kit.kubeConfig();
    const core = config.makeApiClient(CoreV1Api);
    await eventually('the token is made', () =>
      core.createNamespacedSecret({ namespace: 'kube-system', body: kit.tokenSecret() }),
    );
    const nodes = await eventually('ten nodes are Ready', async () => {
      const { items } = await core.listNode();
      const ready = items.filter(({ status }) =>
        status?.conditions?.some((item) => item.type === 'Ready' && item.status === 'True'),
      );
      return ready.length === 10 ? ready : undefined;
    });
    const servers = await user.compute.servers.list();
    expect(nodes.map((node) => node.spec?.providerID).sort()).toEqual(
      servers.map(({ id }) => `openstack:///${id}`).sort(),
    );
    expect(new Set(nodes.map((node) => node.status?.addresses?.[0]?.address)).size).toBe(10);
    const console = await eventually('the console is in Nova', async () => {
      const text = await user.compute.servers.consoleLog(cluster.controlPlaneId);
      return text.includes('SLIPWAY-BOOT-OK') ? text : undefined;
    });
    expect(console).toContain('Your Kubernetes control-plane has initialized successfully!');
    await cluster.remove();
    await eventually('the API is closed', () =>
      core.listNode().then(
        () => undefined,
        () => true,
      ),
    );
    expect(log).toEqual([]);
  });

  it('boots a machine from a volume with the image that the volume was made from', async () => {
    const { compute, image, network } = user;
    const [source] = await image.images.list({ kube_version: 'v1.36.3' });
    const [flavor] = await compute.flavors.list({});
    const { id: uuid } = await network.networks.create({ name: 'volumes' });
    await network.subnets.create({ network_id: uuid, ip_version: 4, cidr: '10.9.0.0/24' });
    const root = {
      boot_index: 0,
      source_type: 'image',
      destination_type: 'volume',
      uuid: source?.id,
      volume_size: 10,
    } as const;
    const { id } = await compute.servers.create({
      name: 'from-volume',
      flavorRef: flavor?.id ?? '',
      block_device_mapping_v2: [{ ...root, delete_on_termination: true }],
      networks: [{ uuid }],
    });
    const console = await eventually('the console is in Nova', async () => {
      const text = await compute.servers.consoleLog(id);
      return text.includes('login:') ? text : undefined;
    });
    expect(console).toContain(`(${source?.name ?? ''})`);
    await compute.servers.delete(id);
  });
});
