import type { OpenStackClient } from 'openstack-client-ts';
import { z } from 'zod';
import { setTimeout as delay } from 'node:timers/promises';
import { flavors, images } from '../seeds.ts';

const hypervisors = z.looseObject({ hypervisors: z.array(z.looseObject({ state: z.string() })) });

/** Waits until Nova's scheduler knows this many hosts. @throws Error when it does not in time. */
export async function waitForHosts(admin: OpenStackClient, hosts: number, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const nova = admin.service('compute');
    const answer = await nova.json('GET', '/os-hypervisors/detail', hypervisors, { signal });
    const up = answer.hypervisors.filter(({ state }) => state === 'up').length;
    if (up >= hosts) return;
    if (Date.now() > deadline) {
      throw new Error(
        `Nova knows ${up} of ${hosts} hosts after 120 s; nova-compute.log and nova-scheduler.log say why`,
      );
    }
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
