import type { OpenStackClient } from 'openstack-client-ts';
import { z } from 'zod';
import { setTimeout as delay } from 'node:timers/promises';
import { flavors, images } from '../seeds.ts';

const hypervisors = z.looseObject({ hypervisors: z.array(z.looseObject({ state: z.string() })) });
const pools = z.looseObject({ pools: z.array(z.looseObject({ name: z.string() })) });

/** Waits until Nova's scheduler knows this many hosts. @throws Error when it does not in time. */
export async function waitForHosts(admin: OpenStackClient, hosts: number, signal: AbortSignal): Promise<void> {
  const logs = 'nova-compute.log and nova-scheduler.log';
  await waitForCount('hosts that Nova knows', logs, hosts, signal, async () => {
    const answer = await admin.service('compute').json('GET', '/os-hypervisors/detail', hypervisors, { signal });
    return answer.hypervisors.filter(({ state }) => state === 'up').length;
  });
}

/**
 * Waits until Cinder's scheduler knows where volumes can be: before, it refuses each. @throws Error when it does not in
 * time.
 */
export async function waitForVolumes(admin: OpenStackClient, signal: AbortSignal): Promise<void> {
  const logs = 'cinder-volume.log and cinder-scheduler.log';
  await waitForCount('back ends that Cinder knows', logs, 1, signal, async () => {
    const cinder = admin.service('block-storage');
    return (await cinder.json('GET', '/scheduler-stats/get_pools', pools, { signal })).pools.length;
  });
}

const PATIENCE_MS = 120_000;

async function waitForCount(
  what: string,
  logs: string,
  wanted: number,
  signal: AbortSignal,
  count: () => Promise<number>,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await count();
    if (found >= wanted) return;
    if (Date.now() > deadline)
      throw new Error(`${what}: ${found} of ${wanted} after ${PATIENCE_MS / 1000} s; ${logs} say why`);
    await delay(200, undefined, { signal });
  }
}

/**
 * The proof that a cloud works: the ordinary user makes a network and boots a server on it, and removes both.
 * @throws Error with Nova's words when the server does not become ACTIVE.
 */
export async function tryServer(demo: OpenStackClient, signal: AbortSignal): Promise<void> {
  const name = 'sandbox-trial';
  const options = { signal };
  const { networks, subnets } = demo.network;
  const { servers } = demo.compute;
  // Of an earlier start that was interrupted here.
  for (const { id } of await servers.list({ name: `^${name}$` }, options)) await servers.delete(id, options);
  for (const { id } of await networks.list({ name }, options)) await networks.delete(id, options);

  const network = await networks.create({ name }, options);
  await subnets.create({ network_id: network.id, cidr: '10.255.0.0/24', ip_version: 4 }, options);
  const [image] = await demo.image.images.list({ name: images[0]?.name ?? '' }, options);
  if (image === undefined) throw new Error('the images of the cloud are not there');
  const request = { name, flavorRef: flavors[0].id, imageRef: image.id, networks: [{ uuid: network.id }] };
  const { id } = await servers.create(request, options);
  try {
    await servers.waitActive(id, { ...options, deadlineMs: 120_000 });
  } finally {
    await servers.delete(id, options);
    await servers.waitGone(id, { ...options, deadlineMs: 60_000 });
    await networks.delete(network.id, options);
  }
}
