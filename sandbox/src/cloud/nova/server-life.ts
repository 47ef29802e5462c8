import type { Cloud } from '../cloud.ts';
import { removePort } from '../neutron/ports.ts';
import { now } from '../store/time.ts';
import type { Server } from './rows.ts';

const maximumConsole = 64 * 1024;
/** How many deleted servers stay visible to `changes-since`. */
const rememberedDeletions = 5000;

/** Adds text to a server's console; the oldest text is dropped beyond 64 KiB. */
export function appendConsole(cloud: Cloud, server: Server, text: string): void {
  cloud.tables.servers.patch(server, { console: (server.console + text).slice(-maximumConsole) });
}

/** Lets go of what a server holds: Nova's own ports go, given ones and volumes are set free. */
function releaseResources(cloud: Cloud, server: Server): void {
  const { ports, volumes } = cloud.tables;
  for (const { portId, owned } of server.ports) {
    const port = ports.get(portId);
    if (port?.device_id !== server.id) continue;
    if (owned) removePort(cloud, port);
    else
      ports.patch(port, {
        device_id: '',
        device_owner: '',
        status: 'DOWN',
        'binding:host_id': '',
        'binding:vif_type': 'unbound',
      });
  }
  for (const { volumeId, deleteOnTermination } of server.volumes) {
    const volume = volumes.get(volumeId);
    if (!volume) continue;
    const left = volume.attachments.filter((one) => one.server_id !== server.id);
    volumes.patch(volume, { attachments: left, status: left.length > 0 ? 'in-use' : 'available', updated_at: now() });
    if (deleteOnTermination) {
      volumes.patch(volume, { status: 'deleting' });
      cloud.transitions.schedule('volume.deleted', volume.id, cloud.latency.volume.delete);
    }
  }
}

/** Puts a server in ERROR with a fault, as a failed build does. */
export function failServer(cloud: Cloud, server: Server, message: string, code = 500): void {
  cloud.transitions.cancel(server.id);
  cloud.tables.servers.patch(server, {
    status: 'ERROR',
    vmState: 'error',
    taskState: null,
    powerState: 0,
    updated: now(),
    fault: { code, created: now(), message, details: `Traceback (most recent call last):\n${message}\n` },
  });
}

/** Registers what happens to servers with time. */
export function serverTransitions(cloud: Cloud): void {
  const { servers, ports } = cloud.tables;
  const alive = (id: string): Server | undefined => {
    const server = servers.get(id);
    return server?.deletedAt === null ? server : undefined;
  };
  cloud.transitions.on('server.built', (id) => {
    const server = alive(id);
    if (!server || server.taskState === 'deleting') return;
    if (server.doomed !== null) {
      // A build that found no host leaves no network allocation behind.
      releaseResources(cloud, server);
      servers.patch(server, { ports: [], volumes: [] });
      failServer(cloud, server, server.doomed);
      return;
    }
    const time = now();
    for (const { portId } of server.ports) {
      const port = ports.get(portId);
      if (port) ports.patch(port, { status: 'ACTIVE' });
    }
    servers.patch(server, {
      status: 'ACTIVE',
      vmState: 'active',
      taskState: null,
      powerState: 1,
      launchedAt: time,
      updated: time,
    });
  });
  cloud.transitions.on('server.started', (id) => {
    const server = alive(id);
    if (!server || server.taskState === 'deleting') return;
    servers.patch(server, { status: 'ACTIVE', vmState: 'active', taskState: null, powerState: 1, updated: now() });
  });
  cloud.transitions.on('server.stopped', (id) => {
    const server = alive(id);
    if (!server || server.taskState === 'deleting') return;
    servers.patch(server, { status: 'SHUTOFF', vmState: 'stopped', taskState: null, powerState: 4, updated: now() });
  });
  cloud.transitions.on('server.deleted', (id) => {
    const server = alive(id);
    if (!server) return;
    releaseResources(cloud, server);
    const time = now();
    servers.patch(server, {
      status: 'DELETED',
      vmState: 'deleted',
      taskState: null,
      powerState: 0,
      ports: [],
      volumes: [],
      deletedAt: time,
      tags: [],
      updated: time,
      console: '',
    });
    const surplus = servers.count('gone', 'yes') - rememberedDeletions;
    if (surplus > 0) for (const old of servers.by('gone', 'yes').slice(0, surplus)) servers.delete(old.id);
  });
}

/** Starts the deletion of a server. */
export function deleteServer(cloud: Cloud, server: Server): void {
  if (server.taskState === 'deleting') return;
  cloud.transitions.cancel(server.id);
  cloud.tables.servers.patch(server, { taskState: 'deleting', updated: now() });
  cloud.transitions.schedule('server.deleted', server.id, cloud.latency.server.delete);
}
