import { z } from 'zod';
import { criticalPath, latencyPatchSchema, latencyProfiles, mergeLatency } from '../../latency.ts';
import type { Cloud } from '../cloud.ts';
import { ApiError, created, noContent, ok, Service, type Call, type Dialect } from '../http/service.ts';
import { quotaServices } from '../quotas.ts';
import { show } from '../store/omit.ts';
import { loadState, saveState } from '../store/state-file.ts';
import { failureRoutes } from './failures.ts';
import { projectInventory } from './inventory.ts';
import { appendConsole } from '../nova/server-life.ts';

const dialect: Dialect = {
  error: (status, message) => new ApiError(status, { error: message }, message),
  invalid: (path, value, reason) =>
    dialect.error(400, `${path === '' ? 'body' : path}: ${reason} (got ${show(value)})`),
  unknownPath: ({ method, path }) =>
    dialect.error(404, `The admin API has no ${method} ${path}; see sandbox/README.md`),
};

const latencyBody = z.union([
  z.looseObject({ profile: z.enum(['instant', 'typical']) }),
  latencyPatchSchema.extend({ requestDelayMs: z.number().min(0).max(60_000).optional() }),
]);
const quotaBody = z.partialRecord(z.enum(quotaServices), z.record(z.string(), z.int().min(-1)));
const consoleBody = z.looseObject({ text: z.string() });
const fileBody = z.looseObject({ file: z.string().min(1).optional() }).optional();

const count = (call: Call, name: string, fallback: number, max: number): number => {
  const value = Number(call.query.get(name) ?? fallback);
  if (!Number.isInteger(value) || value < 0 || value > max)
    throw dialect.error(400, `${name} must be a whole number from 0 to ${max}`);
  return value;
};

/** The admin API under `/_sandbox`: no token, so the sandbox belongs on a loopback address. */
export function createAdmin(cloud: Cloud, stateFile: string | undefined): Service {
  const service = new Service('admin', '/_sandbox', dialect, { guarded: false });
  const open = { open: true } as const;

  service.get(
    '/requests',
    (call) => {
      const { query } = call;
      const wanted = (name: string, value: string | number | null): boolean => {
        const filter = query.get(name);
        return filter === null || filter === String(value);
      };
      const path = query.get('path');
      const since = query.get('since');
      const entries = cloud.log.entries(
        count(call, 'limit', 1000, 100_000),
        (entry) =>
          wanted('service', entry.service) &&
          wanted('user', entry.user) &&
          wanted('project', entry.project) &&
          wanted('method', entry.method) &&
          wanted('status', entry.status) &&
          (path === null || entry.path.includes(path)) &&
          (since === null || entry.time >= since),
      );
      return ok({ requests: entries });
    },
    open,
  );
  service.get('/counters', () => ok(cloud.log.counters()), open);
  service.route(
    'POST',
    '/reset',
    () => {
      cloud.log.reset();
      cloud.failures.clear();
      return noContent();
    },
    open,
  );

  service.get(
    '/inventory',
    (call) => {
      const wanted = call.query.get('project');
      const projects = cloud.tables.projects
        .all()
        .filter(({ id, name }) => wanted === null || id === wanted || name === wanted);
      if (wanted !== null && projects.length === 0) throw dialect.error(404, `There is no project "${wanted}"`);
      return ok({
        projects: Object.fromEntries(
          projects.map(({ id, name }) => [name, { id, resources: projectInventory(cloud, id) }]),
        ),
      });
    },
    open,
  );

  const project = (call: Call) => {
    const wanted = call.params['project'] ?? '';
    const found = cloud.tables.projects.all().find(({ id, name }) => id === wanted || name === wanted);
    if (!found) throw dialect.error(404, `There is no project "${wanted}"`);
    return found.id;
  };
  const quotas = (id: string) => Object.fromEntries(quotaServices.map((name) => [name, cloud.limits(name, id)]));
  service.get('/quotas/:project', (call) => ok(quotas(project(call))), open);
  service.route(
    'PUT',
    '/quotas/:project',
    (call) => {
      const id = project(call);
      const body = service.parse(quotaBody, call.body);
      for (const name of quotaServices) {
        const limits = body[name];
        if (!limits) continue;
        const known = cloud.limits(name, id);
        const unknown = Object.keys(limits).filter((key) => !(key in known));
        if (unknown.length > 0) throw dialect.error(400, `${name} has no quota ${unknown.join(', ')}`);
        cloud.setLimits(name, id, limits);
      }
      return ok(quotas(id));
    },
    open,
  );

  service.get('/latency', () => ok({ ...cloud.latency, requestDelayMs: cloud.requestDelayMs }), open);
  service.route(
    'PUT',
    '/latency',
    (call) => {
      const body = service.parse(latencyBody, call.body);
      if ('profile' in body) cloud.latency = latencyProfiles[body.profile];
      else {
        const { requestDelayMs, ...patch } = body;
        cloud.latency = mergeLatency(cloud.latency, patch);
        cloud.requestDelayMs = requestDelayMs ?? cloud.requestDelayMs;
      }
      return ok({ ...cloud.latency, requestDelayMs: cloud.requestDelayMs });
    },
    open,
  );
  service.get(
    '/critical-path',
    (call) => {
      const [planes, workers] = [count(call, 'controlPlanes', 1, 1000), count(call, 'workers', 0, 100_000)];
      return ok(criticalPath(cloud.latency, planes, workers));
    },
    open,
  );

  service.route(
    'POST',
    '/servers/:id/console',
    (call) => {
      const server = cloud.tables.servers.get(call.params['id'] ?? '');
      if (!server) throw dialect.error(404, `There is no server ${call.params['id'] ?? ''}`);
      appendConsole(cloud, server, service.parse(consoleBody, call.body).text);
      return noContent();
    },
    open,
  );
  service.route(
    'POST',
    '/tokens/expire',
    () => {
      const expired = cloud.tables.tokens.size;
      cloud.tables.tokens.clear();
      return ok({ expired });
    },
    open,
  );

  const file = (call: Call): string => {
    const wanted = service.parse(fileBody, call.body)?.file ?? stateFile;
    if (wanted === undefined) throw dialect.error(400, 'Name a file in the body, or start the cloud with --state');
    return wanted;
  };
  service.route(
    'POST',
    '/save',
    async (call) => {
      const target = file(call);
      await saveState(cloud, target);
      return created({ file: target });
    },
    open,
  );
  service.route(
    'POST',
    '/load',
    async (call) => {
      const source = file(call);
      if (!(await loadState(cloud, source))) throw dialect.error(404, `There is no file ${source}`);
      return ok({ file: source });
    },
    open,
  );

  failureRoutes(service, cloud);
  return service;
}
