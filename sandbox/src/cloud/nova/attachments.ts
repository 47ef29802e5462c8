import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { accepted, ok, type Call, type Service } from '../http/service.ts';
import { takesBySchema } from '../http/takes.ts';
import { makePort, removePort } from '../neutron/ports.ts';
import { uuid as newId } from '../store/ids.ts';
import { now } from '../store/time.ts';
import { readBoolean } from '../http/paging.ts';
import type { Schema } from '../http/json-schema.ts';
import { checkBody } from './check.ts';
import { badRequest, conflict, notFound } from './errors.ts';
import { boolean, ipAddress, strict, tag, uuid, wrapped } from './parameter-types.ts';
import type { Server, ServerPort, ServerVolume } from './rows.ts';
import { attachVolume } from './server-volumes.ts';
import { findServer, requireState } from './servers.ts';
import { novaVersions } from './microversions.ts';

const attachSchema = (minor: number): Schema =>
  wrapped(
    'volumeAttachment',
    strict(
      {
        volumeId: uuid,
        device: { type: ['string', 'null'], pattern: '(^/dev/x{0,1}[a-z]{0,1}d{0,1})([a-z]+)[0-9]*$' },
        ...(minor >= 49 && { tag }),
        ...(minor >= 79 && { delete_on_termination: boolean }),
      },
      ['volumeId'],
    ),
  );
const attachBody = z.object({
  volumeAttachment: z.object({
    volumeId: z.string(),
    device: z.string().nullish(),
    tag: z.string().optional(),
    delete_on_termination: z
      .union([z.boolean(), z.string().transform((text) => readBoolean(text) ?? false)])
      .optional(),
  }),
});
const interfaceSchema = (minor: number): Schema =>
  strict({
    interfaceAttachment: strict({
      net_id: uuid,
      port_id: uuid,
      fixed_ips: { type: 'array', minItems: 1, maxItems: 1, items: strict({ ip_address: ipAddress }, ['ip_address']) },
      ...(minor >= 49 && { tag }),
    }),
  });
const interfaceBody = z.object({
  interfaceAttachment: z
    .object({
      net_id: z.string().optional(),
      port_id: z.string().optional(),
      fixed_ips: z.array(z.object({ ip_address: z.string() })).optional(),
      tag: z.string().optional(),
    })
    .default({}),
});

/** Volumes and interfaces of a running server. */
export function attachmentRoutes(service: Service, cloud: Cloud): void {
  const { servers, volumes, ports, networks } = cloud.tables;
  const view = (call: Call, server: Server, volume: ServerVolume) => ({
    ...(call.microversion < 89 && { id: volume.volumeId }),
    serverId: server.id,
    volumeId: volume.volumeId,
    device: volume.device,
    ...(call.microversion >= 70 && { tag: volume.tag }),
    ...(call.microversion >= 79 && { delete_on_termination: volume.deleteOnTermination }),
    ...(call.microversion >= 89 && {
      bdm_uuid: volume.bdmId,
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
  service.post(path, takesBySchema(attachSchema(novaVersions.max)), (call) => {
    checkBody(attachSchema(call.microversion), call.body);
    const { volumeAttachment: wanted } = attachBody.parse(call.body);
    const server = findServer(cloud, call);
    requireState(server, 'attach_volume', ['active', 'stopped', 'paused', 'suspended']);
    const volume = volumes.get(wanted.volumeId);
    if (volume?.projectId !== server.projectId) throw notFound(`Volume ${wanted.volumeId} could not be found.`);
    if (volume.status !== 'available') {
      throw badRequest(
        server.volumes.some(({ volumeId }) => volumeId === volume.id)
          ? `Invalid volume: volume ${volume.id} is already attached to instances: ${server.id}`
          : `Invalid volume: volume ${volume.id} status must be 'available' to attach. Currently in '${volume.status}'`,
      );
    }
    const device = wanted.device ?? `/dev/vd${String.fromCharCode(98 + server.volumes.length)}`;
    const row = {
      bdmId: newId(),
      volumeId: volume.id,
      device,
      deleteOnTermination: wanted.delete_on_termination ?? false,
      bootIndex: null,
      tag: wanted.tag ?? null,
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

  const portView = (call: Call, { portId, tag }: ServerPort) => {
    const port = ports.get(portId);
    return {
      ...(call.microversion >= 70 && { tag }),
      port_id: portId,
      net_id: port?.network_id,
      mac_addr: port?.mac_address,
      port_state: port?.status,
      fixed_ips: port?.fixed_ips ?? [],
    };
  };
  service.get('/v2.1/servers/:id/os-interface', (call) =>
    ok({
      interfaceAttachments: findServer(cloud, call).ports.map((one) => portView(call, one)),
    }),
  );
  service.get('/v2.1/servers/:id/os-interface/:port', (call) => {
    const server = findServer(cloud, call);
    const id = call.params['port'] ?? '';
    const plugged = server.ports.find(({ portId }) => portId === id);
    if (!plugged) throw notFound(`Instance ${server.id} does not have a port with id ${id}`);
    return ok({ interfaceAttachment: portView(call, plugged) });
  });
  service.post('/v2.1/servers/:id/os-interface', takesBySchema(interfaceSchema(novaVersions.max)), (call) => {
    checkBody(interfaceSchema(call.microversion), call.body ?? {});
    const { interfaceAttachment: wanted } = interfaceBody.parse(call.body ?? {});
    const server = findServer(cloud, call);
    if (wanted.net_id !== undefined && wanted.port_id !== undefined)
      throw badRequest('Must not input both network_id and port_id');
    if (wanted.fixed_ips !== undefined && wanted.net_id === undefined)
      throw badRequest('Must input network_id when request IP address');
    requireState(server, 'attach_interface', ['active', 'stopped', 'paused']);
    const owner = `compute:${server.availabilityZone}`;
    const given = wanted.port_id === undefined ? undefined : ports.get(wanted.port_id);
    if (wanted.port_id !== undefined && !given) throw notFound(`Port id ${wanted.port_id} could not be found.`);
    if (given && given.device_id !== '') throw conflict(`Port ${given.id} is still in use.`);
    const network = networks.get(wanted.net_id ?? '');
    if (!given && !network) throw notFound(`Network ${wanted.net_id ?? 'None'} could not be found.`);
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
    const plugged = { portId: port.id, owned: given === undefined, tag: wanted.tag ?? null };
    servers.patch(server, { ports: [...server.ports, plugged], updated: now() });
    return ok({ interfaceAttachment: portView(call, plugged) });
  });
  service.delete('/v2.1/servers/:id/os-interface/:port', (call) => {
    const server = findServer(cloud, call);
    const id = call.params['port'] ?? '';
    const plugged = server.ports.find(({ portId }) => portId === id);
    const port = ports.get(id);
    // Nova asks the host, and answers before it knows.
    if (!plugged || !port) return accepted();
    servers.patch(server, { ports: server.ports.filter(({ portId }) => portId !== id), updated: now() });
    if (plugged.owned) removePort(cloud, port);
    else ports.patch(port, { device_id: '', device_owner: '', status: 'DOWN', 'binding:host_id': '' });
    return accepted();
  });
}
