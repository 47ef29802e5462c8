import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { accepted, isRecord, ok, type Answer, type Call, type Service } from '../http/service.ts';
import { takesBySchema, type Takes } from '../http/takes.ts';
import type { Schema } from '../http/json-schema.ts';
import { now } from '../store/time.ts';
import { checkBody } from './check.ts';
import { name as parameterName, strict, wrapped } from './parameter-types.ts';
import { badRequest, conflict, notFound, policyForbidden } from './errors.ts';
import type { Server } from './rows.ts';
import { deleteServer } from './server-life.ts';
import { findServer, findServerInCell, requireState } from './servers.ts';
import { novaVersions } from './microversions.ts';

type Action = (call: Call, server: Server, argument: unknown) => Answer;

const rebootBody = z.object({ type: z.string() });
const consoleBody = z.object({ length: z.union([z.int(), z.string().transform(Number)]).nullish() });
const stateBody = z.object({ state: z.enum(['active', 'error']) });
const lockBody = z.object({ locked_reason: z.string().nullish() }).nullable();
const groupBody = z.object({ name: z.string() });

const actionSchemas = (minor: number): Readonly<Record<string, Schema>> => ({
  reboot: strict({ type: { type: 'string', enum: ['HARD', 'Hard', 'hard', 'SOFT', 'Soft', 'soft'] } }, ['type']),
  'os-getConsoleOutput': strict({
    length: { type: ['integer', 'string', 'null'], pattern: '^-?[0-9]+$', minimum: -1 },
  }),
  addSecurityGroup: strict({ name: parameterName }, ['name']),
  removeSecurityGroup: strict({ name: parameterName }, ['name']),
  'os-resetState': strict({ state: { type: 'string', enum: ['active', 'error'] } }, ['state']),
  ...(minor >= 73 && {
    lock: {
      type: ['object', 'null'],
      properties: { locked_reason: { type: 'string', minLength: 1, maxLength: 255 } },
      additionalProperties: false,
    },
  }),
});

/** `POST /servers/<id>/action` */
export function serverActionRoutes(service: Service, cloud: Cloud): void {
  const { servers, ports, securityGroups } = cloud.tables;
  const begin = (server: Server, taskState: string, status?: string): void => {
    servers.patch(server, { taskState, updated: now(), ...(status !== undefined && { status }) });
  };
  const later = (kind: string, server: Server): Answer => {
    cloud.transitions.schedule(kind, server.id, cloud.latency.server.action);
    return accepted();
  };
  const group = (call: Call, argument: unknown) => {
    const { name } = groupBody.parse(argument);
    const found = securityGroups.by('project', call.who.projectId).find((one) => one.name === name || one.id === name);
    if (!found) throw notFound(`Security group ${name} is not found for project ${call.who.projectId}`);
    return found;
  };

  const actions: Readonly<Record<string, Action>> = {
    'os-start': (_call, server) => {
      requireState(server, 'start', ['stopped']);
      begin(server, 'powering-on');
      return later('server.started', server);
    },
    'os-stop': (_call, server) => {
      requireState(server, 'stop', ['active', 'error']);
      begin(server, 'powering-off');
      return later('server.stopped', server);
    },
    reboot: (_call, server, argument) => {
      const hard = rebootBody.parse(argument).type.toUpperCase() === 'HARD';
      requireState(server, 'reboot', hard ? ['active', 'stopped', 'paused', 'suspended', 'error'] : ['active']);
      begin(server, hard ? 'rebooting_hard' : 'rebooting', hard ? 'HARD_REBOOT' : 'REBOOT');
      cloud.transitions.scheduleOnceRead('server.started', server.id, cloud.latency.server.action);
      return accepted();
    },
    'os-getConsoleOutput': (_call, server, argument) => {
      if (server.vmState === 'building') throw conflict(`Instance ${server.id} is not ready`);
      const { length } = consoleBody.parse(argument ?? {});
      const lines = server.console.split('\n');
      const wanted = typeof length === 'number' && length >= 0 ? lines.slice(-length - 1).join('\n') : server.console;
      return ok({ output: wanted });
    },
    lock: (call, server, argument) => {
      const lockedReason = lockBody.parse(argument ?? null)?.locked_reason ?? null;
      servers.patch(server, { locked: true, lockedByAdmin: call.who.isAdmin, lockedReason });
      return accepted();
    },
    unlock: (call, server) => {
      if (server.lockedByAdmin && !call.who.isAdmin)
        throw policyForbidden('os_compute_api:os-lock-server:unlock:unlock_override');
      servers.patch(server, { locked: false, lockedByAdmin: false, lockedReason: null });
      return accepted();
    },
    forceDelete: (_call, server) => {
      deleteServer(cloud, server);
      return accepted();
    },
    'os-resetState': (call, server, argument) => {
      if (!call.who.isAdmin) throw policyForbidden('os_compute_api:os-admin-actions:reset_state');
      const { state } = stateBody.parse(argument);
      servers.patch(server, {
        status: state === 'active' ? 'ACTIVE' : 'ERROR',
        vmState: state,
        taskState: null,
        updated: now(),
      });
      return accepted();
    },
    addSecurityGroup: (call, server, argument) => {
      const added = group(call, argument);
      for (const { portId } of server.ports) {
        const port = ports.get(portId);
        if (port) ports.patch(port, { security_groups: [...new Set([...port.security_groups, added.id])] });
      }
      servers.patch(server, { securityGroups: [...new Set([...server.securityGroups, added.name])] });
      return accepted();
    },
    removeSecurityGroup: (call, server, argument) => {
      const removed = group(call, argument);
      if (!server.securityGroups.includes(removed.name)) {
        throw notFound(`Security group ${removed.name} not associated with the instance ${server.id}`);
      }
      for (const { portId } of server.ports) {
        const port = ports.get(portId);
        if (port) ports.patch(port, { security_groups: port.security_groups.filter((id) => id !== removed.id) });
      }
      servers.patch(server, { securityGroups: server.securityGroups.filter((name) => name !== removed.name) });
      return accepted();
    },
  };

  const takes: Takes = Object.keys(actions).flatMap((name) => {
    const schema = actionSchemas(novaVersions.max)[name];
    return schema ? takesBySchema(wrapped(name, schema)) : [name];
  });
  service.post('/v2.1/servers/:id/action', takes, (call) => {
    const body = isRecord(call.body) ? call.body : {};
    const [name = '', ...more] = Object.keys(body);
    if (name === '' || more.length > 0) throw badRequest('Malformed request body');
    const action = actions[name];
    if (!action) throw badRequest(`There is no such action: ${name}`);
    const schema = actionSchemas(call.microversion)[name];
    if (schema) checkBody(wrapped(name, schema), call.body);
    const find = name === 'os-start' || name === 'os-stop' ? findServerInCell : findServer;
    const server = find(cloud, call);
    const harmless = ['os-getConsoleOutput', 'lock', 'unlock'].includes(name);
    if (server.locked && !harmless && !call.who.isAdmin) throw conflict(`Instance ${server.id} is locked`);
    return action(call, server, body[name]);
  });
}
