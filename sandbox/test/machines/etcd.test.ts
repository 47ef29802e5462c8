import { createHash } from 'node:crypto';
import { CoreV1Api, Exec, type KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EtcdClient } from './support/etcd-client.ts';
import { makeAuthority, type TestAuthority } from './support/pki.ts';
import { eventually, Rig } from './support/rig.ts';
import { vip } from './support/cluster-kit.ts';

const etcdFolder = '/etc/kubernetes/pki/etcd';
let rig: Rig;
let authority: TestAuthority;
let config: KubeConfig;
let open: EtcdClient[];
beforeEach(async () => {
  rig = await Rig.start();
  authority = await makeAuthority('etcd-ca');
  open = [];
  boot('cp-1', 1, rig.initYaml());
  rig.cloud.setBalancer(vip, ['10.0.1.1', '10.0.1.2', '10.0.1.3']);
  rig.cloud.addresses = [{ address: rig.floatingIp, portId: 'port-vip', fixedAddress: vip }];
  await rig.consoleOf('cp-1', /SLIPWAY-BOOT-(OK|FAILED)/u);
  config = await rig.kubeConfig();
  await eventually('token', () => core().createNamespacedSecret({ namespace: 'kube-system', body: rig.tokenSecret() }));
});
afterEach(async () => {
  for (const client of open) await client.close();
  await rig.close();
});

const core = () => config.makeApiClient(CoreV1Api);

function boot(name: string, index: number, yaml: string): void {
  const files = {
    ...rig.files(yaml),
    [`${etcdFolder}/ca.crt`]: authority.certificate,
    [`${etcdFolder}/ca.key`]: authority.key,
  };
  rig.cloud.addServer(name, `10.0.1.${index}`, rig.wrappedUserData(yaml, files));
}

/** Further control planes, one after the other. */
async function join(...names: readonly string[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    boot(name, index + 2, rig.joinYaml({ controlPlane: true }));
    await rig.consoleOf(name, /SLIPWAY-BOOT-(OK|FAILED)/u);
  }
}

/** The etcd on a node, as a client with a certificate of the etcd authority, or of another one. */
async function etcd(node: string, signedBy = authority): Promise<EtcdClient> {
  const pki = { authority: authority.certificate, ...(await signedBy.issue('slipway')) };
  const client = await EtcdClient.open(config, `etcd-${node}`, pki);
  open.push(client);
  return client;
}

describe('etcd behind the port-forward of its pod', () => {
  it('has the members that joined, and tells of each what it is', async () => {
    await join('cp-2', 'cp-3');
    const first = await etcd('cp-1');
    const members = await first.members();
    expect(members.map(({ name, isLearner }) => [name, isLearner])).toEqual([
      ['cp-1', false],
      ['cp-2', false],
      ['cp-3', false],
    ]);
    expect(members[1]).toMatchObject({
      peerURLs: ['https://10.0.1.2:2380'],
      clientURLs: ['https://10.0.1.2:2379'],
    });
    const status = await first.call('Status');
    expect(status).toMatchObject({ leader: members[0]?.ID, errors: [], isLearner: false, version: '3.6.8' });
    expect(status.header?.member_id).toBe(members[0]?.ID);
    expect((await (await etcd('cp-3')).call('Status')).header?.member_id).toBe(members[2]?.ID);
  });

  it('lets in nobody but clients of its authority', async () => {
    const stranger = await etcd('cp-1', await makeAuthority('another'));
    await expect(stranger.members()).rejects.toMatchObject({ code: 14 });
    await expect((await etcd('cp-1')).members()).resolves.toHaveLength(1);
  });

  it('moves its leader, asked at the leader only, to a voter only', async () => {
    await join('cp-2', 'cp-3');
    const [leader, other] = [await etcd('cp-1'), await etcd('cp-2')];
    const target = (await leader.members())[2]?.ID;
    await expect(other.call('MoveLeader', { targetID: target })).rejects.toThrow('etcdserver: not leader');
    await expect(leader.call('MoveLeader', { targetID: '7' })).rejects.toThrow('etcdserver: bad leader transferee');
    const before = await leader.call('Status');
    await leader.call('MoveLeader', { targetID: target });
    const after = await leader.call('Status');
    expect(after.leader).toBe(target);
    expect(Number(after.header?.raft_term)).toBeGreaterThan(Number(before.header?.raft_term));
  });

  it('adds a learner, one at a time, promotes it only when it runs, and removes what is there', async () => {
    const client = await etcd('cp-1');
    const add = (peer: string, isLearner = true) =>
      client.call('MemberAdd', { peerURLs: [`https://${peer}:2380`], isLearner });
    const { member } = await add('10.0.1.9');
    expect(member).toMatchObject({ name: '', clientURLs: [], isLearner: true });
    await expect(add('10.0.1.9')).rejects.toThrow('etcdserver: Peer URLs already exists');
    await expect(add('10.0.1.8')).rejects.toThrow('etcdserver: too many learner members in cluster');
    await expect(add('nonsense/address')).rejects.toThrow('etcdserver: given member URLs are invalid');
    await expect(client.call('MemberPromote', { ID: member?.ID })).rejects.toThrow('in sync with leader');
    await client.call('MemberRemove', { ID: member?.ID });
    await expect(client.call('MemberRemove', { ID: member?.ID })).rejects.toThrow('etcdserver: member not found');
    expect(await client.members()).toHaveLength(1);
    await expect(client.call('MemberRemove', { ID: (await client.members())[0]?.ID })).rejects.toThrow(
      'not enough started members',
    );
  });

  it('streams what it keeps, with its SHA-256 at the end', async () => {
    await core().createNamespacedConfigMap({
      namespace: 'default',
      body: { metadata: { name: 'big' }, data: { text: 'x'.repeat(200_000) } },
    });
    const blobs = await (await etcd('cp-1')).snapshot();
    const sum = blobs.at(-1);
    const data = Buffer.concat(blobs.slice(0, -1));
    expect(blobs.length).toBeGreaterThan(5);
    expect(data.length).toBeGreaterThan(200_000);
    expect(sum?.equals(createHash('sha256').update(data).digest())).toBe(true);
  });

  it('raises, shows and ends alarms', async () => {
    const client = await etcd('cp-1');
    const [member] = await client.members();
    await client.call('Alarm', { action: 'ACTIVATE', memberID: member?.ID, alarm: 'NOSPACE' });
    expect((await client.call('Alarm', { action: 'GET' })).alarms).toEqual([
      { memberID: member?.ID, alarm: 'NOSPACE' },
    ]);
    expect((await client.call('Status')).errors).toEqual([expect.stringContaining('alarm:NOSPACE')]);
    await client.call('Alarm', { action: 'DEACTIVATE', memberID: member?.ID, alarm: 'NOSPACE' });
    expect((await client.call('Status')).errors).toEqual([]);
  });
});

describe('members and machines', () => {
  it('a server that is gone stays a member until it is removed; whoever leads is another one', async () => {
    await join('cp-2', 'cp-3');
    const second = await etcd('cp-2');
    const [gone] = await second.members();
    rig.cloud.deleteServer('cp-1');
    await eventually('another leader', async () => {
      const { leader } = await second.call('Status');
      return leader !== gone?.ID && leader !== '0' ? leader : undefined;
    });
    expect((await second.members()).map(({ name }) => name)).toEqual(['cp-1', 'cp-2', 'cp-3']);
    await second.call('MemberRemove', { ID: gone?.ID });
    expect((await second.members()).map(({ name }) => name)).toEqual(['cp-2', 'cp-3']);
  });

  it('without a majority etcd changes nothing, and the API writes nothing but still reads', async () => {
    await join('cp-2', 'cp-3');
    const first = await etcd('cp-1');
    const members = await first.members();
    for (const name of ['cp-2', 'cp-3']) rig.cloud.deleteServer(name);
    const write = (name: string) =>
      core().createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name } } });
    await eventually('no leader', async () => ((await first.call('Status')).leader === '0' ? true : undefined));
    await expect(write('late')).rejects.toMatchObject({
      code: 500,
      body: expect.stringContaining('request timed out') as string,
    });
    await expect(first.call('MemberRemove', { ID: members[1]?.ID })).rejects.toThrow('etcdserver: request timed out');
    expect((await core().listNode()).items).toHaveLength(3);
  });

  it('a member that is removed while it runs takes its API server with it', async () => {
    await join('cp-2');
    // The way to etcd leads through an API server that stays.
    rig.cloud.setBalancer(vip, ['10.0.1.1']);
    await eventually('the balancer leads to cp-1 only', async () => (await onlyFirst()) || undefined);
    const first = await etcd('cp-1');
    await first.call('MemberRemove', { ID: (await first.members())[1]?.ID });
    await eventually('API server of cp-2 is gone', async () =>
      (await rig.driver.canAccept('net-1', '10.0.1.2', 6443)) ? undefined : true,
    );
    await expect((await etcd('cp-2')).members()).rejects.toMatchObject({ code: 14 });
  });
});

describe('the way to a pod', () => {
  it('says on the error channel that nobody listens at another port', async () => {
    const pki = { authority: authority.certificate, ...(await authority.issue('slipway')) };
    const client = await EtcdClient.open(config, 'etcd-cp-1', pki, 80);
    open.push(client);
    await expect(client.members()).rejects.toMatchObject({ code: 14 });
    expect(client.failures[0]).toContain('connect: connection refused');
  });

  it('is closed for pods that are not there, and for those whose machine is gone', async () => {
    await join('cp-2', 'cp-3');
    expect(await statusOf('etcd-cp-9')).toBe('Unexpected server response: 404');
    rig.cloud.deleteServer('cp-3');
    await eventually('machine is gone', async () =>
      (await statusOf('etcd-cp-3')) === 'Unexpected server response: 500' ? true : undefined,
    );
  });

  it('asks for an upgrade', async () => {
    const answer = core().connectGetNamespacedPodPortforward({
      name: 'etcd-cp-1',
      namespace: 'kube-system',
      ports: 2379,
    });
    await expect(answer).rejects.toMatchObject({
      code: 400,
      body: expect.stringContaining('Upgrade request required') as string,
    });
  });
});

/** Whether the load balancer has let go of all other members. */
async function onlyFirst(): Promise<boolean> {
  const members = rig.cloud.poolMembers.get('pool-1') ?? [];
  await new Promise((done) => setTimeout(done, 200));
  return members.length === 1;
}

async function statusOf(pod: string): Promise<string> {
  const path = `/api/v1/namespaces/kube-system/pods/${pod}/portforward?ports=2379`;
  try {
    const webSocket = await new Exec(config).handler.connect(path, null, () => true);
    webSocket.close();
    return 'open';
  } catch (error) {
    const message: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : error;
    return String(message);
  }
}
