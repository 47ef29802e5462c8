import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machineImageDirectory } from '../../image/image-directory.ts';
import type { Machine, MachineDriver } from '../../src/machines/driver.ts';
import { serveMetadata } from '../../src/machines/metadata.ts';
import { createNspawnDriver } from '../../src/machines/nspawn/driver.ts';
import { clusterSecrets, filesIn, server, WrappingServer } from './cloud.ts';
import { canRunMachines, inMachine, leftOvers, program, says } from './machines.ts';
import { initConfiguration, joinConfiguration, userData } from './user-data.ts';

const imageDir = await machineImageDirectory();
const runnable = await canRunMachines(imageDir);

const network = randomUUID();
const vip = '10.6.0.5';
const facts = { endpoint: `${vip}:6443`, token: `${randomBytes(3).toString('hex')}.${randomBytes(8).toString('hex')}` };

describe.skipIf(!runnable)('a cluster of real machines', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nspawn-test-'));
  let vault: WrappingServer;
  let driver: MachineDriver;
  let api: Server;
  let controlPlane: Machine;
  let worker: Machine;

  beforeAll(async () => {
    vault = await WrappingServer.open();
    driver = await createNspawnDriver({
      dataDir: join(folder, 'driver'),
      imageDir,
      metadata: serveMetadata,
      hostForwards: [{ port: 8200, host: '127.0.0.1', hostPort: vault.port }],
      log: (line) => process.stderr.write(`${line}\n`),
    });
    // What a floating IP is elsewhere: a door on the host to the VIP.
    api = createServer({ pauseOnConnect: true }, (client) => driver.accept(client, network, vip, 6443));
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const secrets = clusterSecrets(imageDir, join(folder, 'pki'));
    const wrapped = [
      ...secrets.files,
      { path: '/run/kubeadm/kubeadm.yaml', permissions: '0600', content: initConfiguration(facts) },
    ];
    const bootstrap = { vault: 'http://169.254.169.253:8200', token: vault.wrap(wrapped) };
    const first = userData({ '/run/bootstrap/wrapped-files.json': JSON.stringify(bootstrap) });
    const joining = userData({ '/run/kubeadm/kubeadm.yaml': joinConfiguration(facts, secrets.caCertHash) });
    controlPlane = server('cp-0', network, '10.6.0.11', first);
    worker = server('worker-0', network, '10.6.0.21', joining);
  });

  afterAll(async () => {
    api.close();
    await driver.close();
    vault.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the first control plane boots from user-data and kubeadm init succeeds', async () => {
    await driver.setVips([
      { networkId: network, address: vip, port: 6443, members: [{ address: '10.6.0.11', port: 6443 }] },
    ]);
    await driver.boot(controlPlane, AbortSignal.timeout(60_000));
    await says(driver, controlPlane, 'SLIPWAY-BOOT-OK');
  });

  test('a worker joins, and both nodes get Ready', async () => {
    await driver.boot(worker, AbortSignal.timeout(60_000));
    await says(driver, worker, 'SLIPWAY-BOOT-OK');
    await kubectl('wait', '--for=condition=Ready', 'node/cp-0', 'node/worker-0', '--timeout=120s');
    const ids = await kubectl(
      'get',
      'node',
      'worker-0',
      '-o',
      'jsonpath={.spec.providerID} {.status.addresses[0].address}',
    );
    expect(ids).toBe(`openstack:///${worker.id} 10.6.0.21`);
  });

  test('a pod runs on the worker and is reached by its service from the other machine', async () => {
    await kubectl('run', 'echo', '--image=slipway.local/echo:1', '--port=8080', '--expose');
    await kubectl('wait', '--for=condition=Ready', 'pod/echo', '--timeout=120s');
    await kubectl('-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=120s');
    expect(await kubectl('get', 'pod', 'echo', '-o', 'jsonpath={.spec.nodeName}')).toBe('worker-0');
    const podIp = await kubectl('get', 'pod', 'echo', '-o', 'jsonpath={.status.podIP}');
    const serviceIp = await kubectl('get', 'service', 'echo', '-o', 'jsonpath={.spec.clusterIP}');
    for (const address of [podIp, serviceIp]) {
      const answer = await inMachine(
        controlPlane,
        'curl',
        '-sS',
        '--retry',
        '10',
        '--retry-connrefused',
        '--retry-all-errors',
        '--max-time',
        '60',
        `http://${address}:8080/here`,
      );
      expect(answer).toContain('echo: GET /here');
    }
  });

  test('a Secret is encrypted in etcd', async () => {
    const value = randomBytes(24).toString('hex');
    await kubectl('create', 'secret', 'generic', 'probe', `--from-literal=key=${value}`);
    const stored = filesIn(join(folder, 'driver/machines', controlPlane.id, 'etcd')).map((path) => readFileSync(path));
    expect(stored.some((bytes) => bytes.includes('k8s:enc:secretbox:v1:key1:'))).toBe(true);
    expect(stored.some((bytes) => bytes.includes(value) || bytes.includes(Buffer.from(value).toString('base64')))).toBe(
      false,
    );
  });

  test('destroying the machines leaves no process, mount, namespace, control group or file', async () => {
    await Promise.all([driver.destroy(worker.id), driver.destroy(controlPlane.id), driver.destroy(randomUUID())]);
    expect(driver.console(worker.id)).toBeUndefined();
    expect(leftOvers(folder, network, [controlPlane.id, worker.id])).toEqual([]);
  });

  /** The image's own kubectl, through the door on the host, with the kubeconfig that kubeadm left on the machine. */
  async function kubectl(...args: readonly string[]): Promise<string> {
    const config = join(folder, 'kubeconfig');
    if (!existsSync(config)) {
      const address = api.address();
      if (address === null || typeof address === 'string') throw new Error('the door to the API is closed');
      const admin = readFileSync(
        join(folder, 'driver/machines', controlPlane.id, 'upper/etc/kubernetes/admin.conf'),
        'utf8',
      );
      const server = `server: https://127.0.0.1:${address.port}\n    tls-server-name: kubernetes`;
      writeFileSync(config, admin.replace(/server: .*/, server), { mode: 0o600 });
    }
    return program(join(imageDir, 'rootfs/usr/bin/kubectl'), `--kubeconfig=${config}`, ...args);
  }
});
