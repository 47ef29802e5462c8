import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { accepted, ok, type Call, type Service } from '../http/service.ts';
import { makePort, removePort } from '../neutron/ports.ts';
import { now } from '../store/time.ts';
import { badRequest, conflict, notFound } from './errors.ts';
import type { Server, ServerVolume } from './rows.ts';
import { attachVolume } from './server-volumes.ts';
import { findServer, requireState } from './servers.ts';

const attachBody = z.looseObject({
  volumeAttachment: z.looseObject({
    volumeId: z.string(),
    device: z.string().nullish(),
    delete_on_termination: z.boolean().optional(),
  }),
});
const interfaceBody = z.looseObject({
  interfaceAttachment: z.looseObject({
    net_id: z.string().optional(),
    port_id: z.string().optional(),
    fixed_ips: z.array(z.looseObject({ ip_address: z.string() })).optional(),
  }),
});

/** Volumes and interfaces of a running server. */
export function attachmentRoutes(service: Service, cloud: Cloud): void {
  const { servers, volumes, ports, networks } = cloud.tables;
  const view = (call: Call, server: Server, volume: ServerVolume) => ({
    ...(call.microversion < 89 && { id: volume.volumeId }),
    serverId: server.id,
    volumeId: volume.volumeId,
    device: volume.device,
    ...(call.microversion >= 70 && { tag: null }),
    ...(call.microversion >= 79 && { delete_on_termination: volume.deleteOnTermination }),
    ...(call.microversion >= 89 && {
      bdm_uuid: volumes.get(volume.volumeId)?.attachments.find((one) => one.server_id === server.id)?.attachment_id,
      attachment_id: volumes.get(volume.volumeId)?.attachments.find((one) => one.server_id === server.id)
        ?.attachment_id,
    }),
  });
  const findVolume = (server: Server, id: string): ServerVolume => {
    const found = server.volumes.find(({ volumeId }) => volumeId === id);
    if (!found) throw notFound(`Instance ${server.id} is not attached to volume ${id}`);
    return found;
  };

  cloud.transitions.on('volume.attached', (id) => {
    const volume = volumes.get(id);
    if (volume?.status === 'attaching') volumes.patch(volume, { status: 'in-use', updated_at: now() });
  });
  cloud.transitions.on('volume.detached', (id) => {
    const volume = volumes.get(id);
    if (volume?.status !== 'detaching') return;
    for (const { server_id } of volume.attachments) {
      const server = servers.get(server_id);
      if (server) servers.patch(server, { volumes: server.volumes.filter(({ volumeId }) => volumeId !== id) });
    }
    volumes.patch(volume, { status: 'available', attachments: [], updated_at: now() });
  });

  const path = '/v2.1/servers/:id/os-volume_attachments';
  service.get(path, (call) => {
    const server = findServer(cloud, call);
    return ok({ volumeAttachments: server.volumes.map((volume) => view(call, server, volume)) });
  });
  service.get(`${path}/:volume`, (call) => {
    const server = findServer(cloud, call);
    return ok({ volumeAttachment: view(call, server, findVolume(server, call.params['volume'] ?? '')) });
  });
  service.post(path, (call) => {
    const server = findServer(cloud, call);
    const { volumeAttachment: wanted } = service.parse(attachBody, call.body);
    requireState(server, 'attach_volume', ['active', 'stopped', 'paused', 'suspended']);
    const volume = volumes.get(wanted.volumeId);
    if (volume?.projectId !== server.projectId) throw notFound(`Volume ${wanted.volumeId} could not be found.`);
    if (volume.status !== 'available') {
      throw badRequest(
        `Invalid volume: volume ${volume.id} status must be 'available' to attach. Currently in '${volume.status}'`,
      );
    }
    const device = wanted.device ?? `/dev/vd${String.fromCharCode(98 + server.volumes.length)}`;
    const row = {
      volumeId: volume.id,
      device,
      deleteOnTermination: wanted.delete_on_termination ?? false,
      bootIndex: null,
    };
    servers.patch(server, { volumes: [...server.volumes, row], updated: now() });
    attachVolume(cloud, server, volume.id, device);
    volumes.patch(volume, { status: 'attaching' });
    cloud.transitions.schedule('volume.attached', volume.id, cloud.latency.volume.attach);
    return ok({ volumeAttachment: view(call, server, row) });
  });
  service.delete(`${path}/:volume`, (call) => {
    const server = findServer(cloud, call);
    const { volumeId, bootIndex } = findVolume(server, call.params['volume'] ?? '');
    if (bootIndex === 0) throw badRequest(`Cannot detach a root device volume`);
    const volume = volumes.get(volumeId);
    if (volume?.status !== 'in-use') {
      throw conflict(
        `Invalid volume: Invalid input received: Invalid volume: Unable to detach volume. Volume status must be 'in-use' and attach_status must be 'attached' to detach.`,
      );
    }
    volumes.patch(volume, { status: 'detaching' });
    cloud.transitions.schedule('volume.detached', volume.id, cloud.latency.volume.attach);
    return accepted();
  });

  const portView = (portId: string) => {
    const port = ports.get(portId);
    return {
      port_id: portId,
      net_id: port?.network_id,
      mac_addr: port?.mac_address,
      port_state: port?.status,
      fixed_ips: port?.fixed_ips ?? [],
    };
  };
  service.get('/v2.1/servers/:id/os-interface', (call) =>
    ok({ interfaceAttachments: findServer(cloud, call).ports.map(({ portId }) => portView(portId)) }),
  );
  service.post('/v2.1/servers/:id/os-interface', (call) => {
    const server = findServer(cloud, call);
    const { interfaceAttachment: wanted } = service.parse(interfaceBody, call.body);
    requireState(server, 'attach_interface', ['active', 'stopped', 'paused']);
    const owner = `compute:${server.availabilityZone}`;
    const given = wanted.port_id === undefined ? undefined : ports.get(wanted.port_id);
    if (wanted.port_id !== undefined && !given) throw notFound(`Port id ${wanted.port_id} could not be found.`);
    if (given && given.device_id !== '') throw badRequest(`Port ${given.id} is still in use.`);
    const network = networks.get(wanted.net_id ?? '');
    if (!given && !network) throw badRequest(`Network ${wanted.net_id ?? 'None'} could not be found.`);
    if (given)
      ports.patch(given, {
        device_id: server.id,
        device_owner: owner,
        status: 'ACTIVE',
        'binding:host_id': server.host ?? '',
      });
    const port =
      given ??
      (network &&
        makePort(cloud, {
          projectId: server.projectId,
          network,
          fixedIps: wanted.fixed_ips,
          deviceId: server.id,
          deviceOwner: owner,
          hostId: server.host ?? '',
          status: 'ACTIVE',
        }));
    if (!port) throw badRequest('Network could not be found.');
    servers.patch(server, {
      ports: [...server.ports, { portId: port.id, owned: given === undefined }],
      updated: now(),
    });
    return ok({ interfaceAttachment: portView(port.id) });
  });
  service.delete('/v2.1/servers/:id/os-interface/:port', (call) => {
    const server = findServer(cloud, call);
    const id = call.params['port'] ?? '';
    const plugged = server.ports.find(({ portId }) => portId === id);
    const port = ports.get(id);
    if (!plugged || !port) throw notFound(`Interface detach failed, port_id=${id}, reason: Port not found`);
    servers.patch(server, { ports: server.ports.filter(({ portId }) => portId !== id), updated: now() });
    if (plugged.owned) removePort(cloud, port);
    else ports.patch(port, { device_id: '', device_owner: '', status: 'DOWN', 'binding:host_id': '' });
    return accepted();
  });
}
