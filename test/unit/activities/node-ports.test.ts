import type { Network, Subnet } from 'openstack-client-ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureNodePorts } from '../../../activities/machines/node-ports.ts';
import { ownResources } from '../../../activities/cloud/own-resources.ts';
import { batchName, ownerTag } from '../../../model/index.ts';
import { type EmulatedCloud, startEmulatedCloud } from '../../support/emulated-cloud.ts';
import { inActivity } from '../../support/in-activity.ts';

const id = 'ceres-aaaaaa';
const machine = (index: number): string => batchName(id, 'workers', index);

let emulated: EmulatedCloud;
let network: Network;
let subnet: Subnet;
beforeAll(async () => {
  emulated = await startEmulatedCloud();
  const { networks, subnets } = emulated.cloud.client.network;
  network = await networks.create({ name: 'own' });
  const range = { network_id: network.id, ip_version: 4 as const };
  await subnets.create({ ...range, cidr: '10.99.0.0/24' });
  subnet = await subnets.create({ ...range, cidr: '10.99.1.0/24' });
});
afterAll(() => emulated.close());

const ensure = (wanted: string[], existing: string[] = []): Promise<ReadonlyMap<string, string>> =>
  inActivity(() =>
    ensureNodePorts(ownResources(emulated.cloud, id), {
      ...{ id, group: 'workers', networkId: network.id, subnetId: subnet.id, securityGroups: [] },
      wanted,
      existing,
    }),
  );
const ports = () => emulated.cloud.client.network.ports.list({ network_id: network.id }).all();

it('makes a marked port on the subnet for each machine, and the same ones when it is run again', async () => {
  const made = await ensure([machine(0), machine(1)]);
  expect([...made.keys()]).toEqual([machine(0), machine(1)]);
  for (const port of await ports()) {
    expect(port).toMatchObject({ description: ownerTag(id), fixed_ips: [{ subnet_id: subnet.id }] });
    expect(made.get(port.name)).toBe(port.id);
  }
  expect(await ensure([machine(0), machine(1)])).toEqual(made);
  expect(await ports()).toHaveLength(2);
});

it('keeps the one that is in use of two that a lost answer left, and leaves the ports of others alone', async () => {
  const api = emulated.cloud.client.network.ports;
  const twin = { network_id: network.id, description: ownerTag(id), name: machine(0) };
  const used = await api.create({ ...twin, device_id: 'server', device_owner: 'compute:nova' });
  const foreign = await api.create({ network_id: network.id, name: machine(7) });
  const controlPlane = await api.create({ ...twin, name: `${id}-cp-0` });
  const kept = await ensure([machine(1)], [machine(0)]);
  expect(kept.get(machine(0))).toBe(used.id);
  const left = (await ports()).map((port) => port.id);
  expect(left).toHaveLength(4);
  expect(left).toEqual(expect.arrayContaining([used.id, foreign.id, controlPlane.id]));
});

it('removes the port of a machine that failed and is replaced by one of the next round', async () => {
  const next = machine(5000);
  await ensure([next], [machine(0)]);
  const names = (await ports()).filter(({ description }) => description === ownerTag(id)).map(({ name }) => name);
  expect(names.sort()).toEqual([machine(0), next, `${id}-cp-0`].sort());
});
