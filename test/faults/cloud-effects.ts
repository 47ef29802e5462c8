import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { bodyOf, type ProxiedAnswer, type ProxiedRequest, type Reply, without } from '../support/fault-proxy.ts';
import type { Place } from './places.ts';
import type { Exchange } from './traffic.ts';

/** What has the status ERROR. */
export type BreakableKind = 'server' | 'loadbalancer';

/** What a call makes that can turn ERROR. */
export function breakableIn({ service, method, path }: Place): BreakableKind | undefined {
  if (service !== 'openstack' || method !== 'POST') return undefined;
  if (path.endsWith('/servers')) return 'server';
  return path.endsWith('/loadbalancers') ? 'loadbalancer' : undefined;
}

const withId = z.looseObject({ id: z.string() });

/** The ids in the answer to a creation: `{"port":{"id":…}}` or `{"ports":[{"id":…},…]}`. */
export function createdIds(body: Buffer): string[] {
  const document: unknown = JSON.parse(body.toString('utf8'));
  const values = Object.values(z.record(z.string(), z.unknown()).parse(document)).flat();
  return values.flatMap((value) => withId.safeParse(value).data?.id ?? []);
}

/** Deletes what a call made before its answer goes back, or what a call is to delete before it arrives. */
export async function vanish({ request, forward }: Exchange): Promise<Reply> {
  if (request.method === 'DELETE') {
    await remove(request.path, request, forward);
    return forward();
  }
  const answer = await forward();
  const body = await bodyOf(answer);
  const [collection = ''] = request.path.split('?');
  const cascade = collection.endsWith('/loadbalancers') ? '?cascade=true' : '';
  if (answer.status < 300) {
    for (const id of createdIds(body)) await remove(`${collection}/${id}${cascade}`, request, forward);
  }
  return { ...answer, body };
}

/**
 * Waits until no machine answers in place of a cluster's API: one that is deleted runs for a moment longer. Ten seconds
 * at most.
 */
export async function untilSilent({ forward, request: { headers: sent } }: Exchange): Promise<void> {
  const headers = without(sent, 'content-length', 'content-type');
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      await bodyOf(await forward({ method: 'GET', path: '/readyz', headers, body: Buffer.alloc(0) }));
    } catch {
      return;
    }
    await sleep(500);
  }
  throw new Error('a machine that is gone still answers');
}

/** As the owner would: asked again while it is busy, until it is gone. Ten seconds at most. */
async function remove(
  path: string,
  { headers: sent }: ProxiedRequest,
  forward: (changed: ProxiedRequest) => Promise<ProxiedAnswer>,
): Promise<void> {
  const headers = without(sent, 'content-length', 'content-type');
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await forward({ method: 'DELETE', path, headers, body: Buffer.alloc(0) });
    await bodyOf(answer);
    if (answer.status === 404) return;
    await sleep(100);
  }
  throw new Error(`${path} could not be made to vanish`);
}
