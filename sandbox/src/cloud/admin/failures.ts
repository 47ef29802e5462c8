import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { created, noContent, ok, type Service } from '../http/service.ts';
import { failureKinds, type FailureKind } from '../failures.ts';
import { failServer } from '../nova/server-life.ts';
import { noValidHost } from '../nova/scheduler.ts';
import { now } from '../store/time.ts';

const pattern = z.string().refine((text) => {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}, 'is not a regular expression');

const failureBody = z
  .strictObject({
    kind: z.enum(failureKinds),
    /** This one, now. */
    id: z.string().optional(),
    /** The next `count` creations whose name matches. */
    namePattern: pattern.optional(),
    count: z.int().min(1).max(1_000_000).default(1),
    message: z.string().min(1).max(1000).default(noValidHost),
  })
  .refine((body) => (body.id === undefined) !== (body.namePattern === undefined), 'needs either id or namePattern');

/** `/_sandbox/failures`: servers, load balancers and volumes that end in ERROR. */
export function failureRoutes(service: Service, cloud: Cloud): void {
  const open = { open: true } as const;
  const failNow = (kind: FailureKind, id: string, message: string): boolean => {
    const { servers, loadBalancers, volumes } = cloud.tables;
    if (kind === 'server') {
      const server = servers.get(id);
      if (server?.deletedAt !== null) return false;
      failServer(cloud, server, message);
      return true;
    }
    if (kind === 'loadbalancer') {
      const lb = loadBalancers.get(id);
      if (!lb) return false;
      cloud.transitions.cancel(id);
      loadBalancers.patch(lb, { provisioning_status: 'ERROR' });
      return true;
    }
    const volume = volumes.get(id);
    if (!volume) return false;
    cloud.transitions.cancel(id);
    volumes.patch(volume, { status: 'error', updated_at: now() });
    return true;
  };
  service.get('/failures', () => ok({ failures: cloud.failures.list() }), open);
  service.delete(
    '/failures',
    () => {
      cloud.failures.clear();
      return noContent();
    },
    open,
  );
  service.route(
    'POST',
    '/failures',
    (call) => {
      const { kind, id, namePattern, count, message } = service.parse(failureBody, call.body);
      if (id !== undefined) {
        if (!failNow(kind, id, message)) throw service.dialect.error(404, `There is no ${kind} ${id}`);
        return ok({ kind, id, message });
      }
      return created(cloud.failures.add({ kind, namePattern: namePattern ?? '', remaining: count, message }));
    },
    open,
  );
}
