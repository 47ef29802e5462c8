import { until, type Reply, type User } from '../harness.ts';
import { ignored, kept, refused, seen, type Expectation, type Walk } from './expectation.ts';
import { key, type World } from './world.ts';

const none = '00000000-0000-4000-8000-000000000000';
const at = (minor: number) => ({ 'openstack-api-version': `compute 2.${minor}` });
const text = (value: string): string => Buffer.from(value).toString('base64');

/** What Nova's routes take. */
export function novaWalks(world: World): Readonly<Record<string, Walk>> {
  const { demo, id, next, newServer, newVolume } = world;
  const headers = at(100);
  const server = (more: object = {}) => ({
    server: {
      ...{ name: `server-${next()}`, imageRef: id('image'), flavorRef: '2', networks: [{ uuid: id('network') }] },
      ...more,
    },
  });
  const old = at(2);
  /** A server with a second disk. */
  const disks = (disk: object, more: object = {}) =>
    server({
      flavorRef: id('flavor'),
      block_device_mapping_v2: [
        disk,
        { source_type: 'image', destination_type: 'local', uuid: id('image'), boot_index: 0 },
      ],
      ...more,
    });
  const blank = { source_type: 'blank', destination_type: 'volume', volume_size: 1 };
  const disk = 'server.block_device_mapping_v2[].';
  const oldDisk = 'server.block_device_mapping[].';
  const attachments = async (serverId: string) =>
    (await demo.nova('GET', `/servers/${serverId}/os-volume_attachments`)).list('volumeAttachments');
  const hasDisk =
    (name: string, value: unknown) =>
    async (_world: World, _answer: unknown, read: { string(path: string): string }): Promise<boolean> =>
      (await attachments(read.string('server.id'))).some((one) => Reflect.get(Object(one), name) === value);
  const updatable = {
    'server.accessIPv4': kept('192.0.2.7'),
    'server.accessIPv6': kept('fd00::7'),
    'server.description': kept('serves'),
    'server.hostname': kept('walker', { at: 'server.OS-EXT-SRV-ATTR:hostname' }),
  };
  const hints = (name: string): Record<string, Expectation> => ({
    [`${name}.group`]: kept(id('server-group'), { at: 'server.server_groups.0' }),
    [`${name}.different_host`]: kept([id('server')], { at: 'server.scheduler_hints.different_host' }),
    [`${name}.same_host`]: kept([id('server')], { at: 'server.scheduler_hints.same_host' }),
    [`${name}.query`]: kept('[]', { at: 'server.scheduler_hints.query' }),
  });
  const metadata = (method: string): Record<string, Walk> => ({
    [`${method} /v2.1/servers/:id/metadata`]: {
      headers,
      params: { id: id('server') },
      read: () => `/compute/v2.1/servers/${id('server')}/metadata`,
      body: () => ({ metadata: {} }),
      attributes: { 'metadata.*': kept(`by ${method}`) },
    },
  });
  const show = () => `/compute/v2.1/servers/${id('server')}`;
  const groupOf = (policy: object) => ({ server_group: { name: `group-${next()}`, ...policy } });
  const quotas = [
    ...['instances', 'cores', 'ram', 'metadata_items', 'key_pairs', 'server_groups', 'server_group_members'],
  ];
  return {
    'POST /v2.1/servers': {
      headers,
      user: 'demo',
      body: () => server(),
      read: (answer) =>
        answer?.at('reservation_id') === undefined
          ? `/compute/v2.1/servers/${answer?.string('server.id') ?? ''}`
          : `/compute/v2.1/servers/detail?reservation_id=${answer.string('reservation_id')}`,
      unknown: (parent) =>
        parent.endsWith('scheduler_hints.')
          ? kept('x', { at: 'server.scheduler_hints.bogus' })
          : parent.startsWith('server.personality')
            ? refused('x', /Additional properties are not allowed/, {
                headers: old,
                body: server({ personality: [{ path: '/a', contents: '' }] }),
              })
            : parent === 'server.networks[].'
              ? refused('x', /is not valid under any of the given schemas/)
              : undefined,
      attributes: {
        ...updatable,
        ...hints('os:scheduler_hints'),
        ...hints('OS-SCH-HNT:scheduler_hints'),
        'server.name': kept('walker'),
        'server.imageRef': kept(id('other-image'), { at: 'server.image.id' }),
        'server.flavorRef': kept('3', { at: 'server.flavor.original_name', shown: 'm1.medium' }),
        'server.adminPass': seen('hush-hush', (_world, answer) => answer.at('server.adminPass') === 'hush-hush'),
        'server.metadata.*': kept('b'),
        'server.networks[].fixed_ip': seen('10.0.99.9', (_world, _answer, read) => read.text.includes('10.0.99.9')),
        'server.networks[].port': refused(none, /Port .* could not be found/),
        'server.networks[].uuid': seen(
          id('other'),
          (_world, _answer, read) => read.at('server.addresses.more') !== undefined,
        ),
        'server.networks[].tag': seen(
          'nic',
          async ({ demo: user }, _answer, read) =>
            (await user.nova('GET', `/servers/${read.string('server.id')}/os-interface`)).at(
              'interfaceAttachments.0.tag',
            ) === 'nic',
        ),
        'server.OS-DCF:diskConfig': kept('AUTO'),
        'server.personality[].path': ignored('/etc/a', 'a file on the disk of the machine', {
          headers: old,
          body: server({ personality: [{ path: '/etc/b', contents: text('a') }] }),
        }),
        'server.personality[].contents': ignored(text('b'), 'a file on the disk of the machine', {
          headers: old,
          body: server({ personality: [{ path: '/etc/b', contents: text('a') }] }),
        }),
        'server.availability_zone': kept('nova', { at: 'server.pinned_availability_zone' }),
        'server.config_drive': kept(true, { shown: 'True' }),
        'server.key_name': kept('key'),
        'server.min_count': seen(2, async ({ demo: user }, _answer, read) => {
          const name = read.string('server.name').replace(/-\d$/, '');
          return (await user.nova('GET', `/servers?name=^${name}-`)).list('servers').length === 2;
        }),
        'server.max_count': seen(3, async ({ demo: user }, _answer, read) => {
          const name = read.string('server.name').replace(/-\d$/, '');
          return (await user.nova('GET', `/servers?name=^${name}-`)).list('servers').length === 3;
        }),
        'server.return_reservation_id': seen(true, (_world, answer) => answer.at('reservation_id') !== undefined),
        'server.security_groups[].name': seen('walkers', async ({ demo: user }, _answer, read) => {
          const ports = await user.neutron('GET', `/ports?device_id=${read.string('server.id')}`);
          return ports.at('ports.0.security_groups.0') === id('security-group');
        }),
        'server.user_data': seen(
          text('#!/bin/sh'),
          async ({ admin }, _answer, read) =>
            (await admin.nova('GET', `/servers/${read.string('server.id')}`)).at('server.OS-EXT-SRV-ATTR:user_data') ===
            text('#!/bin/sh'),
        ),
        'server.tags': kept(['blue']),
        'server.trusted_image_certificates': kept(['x']),
        'server.host': refused('mars', /Compute host mars could not be found/, { user: 'admin' }),
        'server.hypervisor_hostname': refused('mars', /Compute host mars could not be found/, { user: 'admin' }),
        [`${oldDisk}virtual_name`]: refused('moon', /Unrecognized legacy format/, {
          body: server({ flavorRef: id('flavor'), block_device_mapping: [{ device_name: 'vdb' }] }),
        }),
        [`${oldDisk}volume_id`]: refused(none, /failed to get volume|could not be found/),
        [`${oldDisk}snapshot_id`]: refused(none, /failed to get snapshot|could not be found/),
        [`${oldDisk}volume_size`]: refused(77, /Ephemeral disks requested are larger/, {
          body: server({ flavorRef: id('flavor'), block_device_mapping: [{ virtual_name: 'ephemeral0' }] }),
        }),
        [`${oldDisk}device_name`]: seen('/dev/vdc', hasDisk('device', '/dev/vdc'), {
          body: async () => server({ block_device_mapping: [{ volume_id: await newVolume() }] }),
        }),
        [`${oldDisk}delete_on_termination`]: seen(true, hasDisk('delete_on_termination', true), {
          body: async () =>
            server({ block_device_mapping: [{ device_name: '/dev/vdb', volume_id: await newVolume() }] }),
        }),
        // Without it, this is no format at all.
        [`${oldDisk}no_device`]: seen(true, () => true, {
          body: server({ block_device_mapping: [{ device_name: 'vdb' }] }),
        }),
        [`${oldDisk}connection_info`]: ignored(
          'x',
          'nova:nova/compute/api.py: written over when the volume is connected',
          {
            body: async () =>
              server({ block_device_mapping: [{ device_name: '/dev/vdb', volume_id: await newVolume() }] }),
          },
        ),
        [`${disk}virtual_name`]: refused('x', /Block Device Mapping is Invalid/, { body: disks(blank) }),
        [`${disk}volume_id`]: refused(none, /Missing device UUID/, {
          body: disks({ destination_type: 'volume', source_type: 'volume' }),
        }),
        [`${disk}snapshot_id`]: refused(none, /Missing device UUID/, {
          body: disks({ destination_type: 'volume', source_type: 'snapshot' }),
        }),
        [`${disk}image_id`]: refused(none, /Missing device UUID/, {
          body: disks({ destination_type: 'volume', source_type: 'image', volume_size: 1 }),
        }),
        [`${disk}volume_size`]: seen(
          3,
          async ({ demo: user }, _answer, read) => {
            const [one] = await attachments(read.string('server.id'));
            return (
              (await user.get(`/volume/v3/volumes/${String(Reflect.get(Object(one), 'volumeId'))}`)).at(
                'volume.size',
              ) === 3
            );
          },
          { body: disks(blank) },
        ),
        [`${disk}device_name`]: seen('/dev/vdq', hasDisk('device', '/dev/vdq'), { body: disks(blank) }),
        [`${disk}delete_on_termination`]: seen(true, hasDisk('delete_on_termination', true), { body: disks(blank) }),
        [`${disk}no_device`]: seen(
          true,
          async (_world, _answer, read) => (await attachments(read.string('server.id'))).length === 0,
          { body: disks(blank) },
        ),
        [`${disk}connection_info`]: ignored(
          'x',
          'nova:nova/compute/api.py: written over when the volume is connected',
          { body: disks(blank) },
        ),
        [`${disk}source_type`]: refused('volume', /failed to get volume/, { body: disks({ ...blank, uuid: none }) }),
        [`${disk}uuid`]: refused(none, /failed to get volume/, {
          body: disks({ source_type: 'volume', destination_type: 'volume' }),
        }),
        [`${disk}destination_type`]: seen(
          'local',
          async (_world, _answer, read) => (await attachments(read.string('server.id'))).length === 0,
          { body: disks(blank) },
        ),
        [`${disk}guest_format`]: ignored('ext4', 'the format of a disk of the machine', { body: disks(blank) }),
        [`${disk}device_type`]: ignored('disk', 'how the machine sees the disk', { body: disks(blank) }),
        [`${disk}disk_bus`]: ignored('virtio', 'how the machine sees the disk', { body: disks(blank) }),
        [`${disk}boot_index`]: refused(7, /Boot sequence/, { body: disks(blank) }),
        [`${disk}tag`]: seen('disk', hasDisk('tag', 'disk'), { body: disks(blank) }),
        [`${disk}volume_type`]: seen(
          'hdd',
          async ({ demo: user }, _answer, read) => {
            const [one] = await attachments(read.string('server.id'));
            return (
              (await user.get(`/volume/v3/volumes/${String(Reflect.get(Object(one), 'volumeId'))}`)).at(
                'volume.volume_type',
              ) === 'hdd'
            );
          },
          { body: disks(blank) },
        ),
      },
    },
    'PUT /v2.1/servers/:id': {
      headers,
      params: { id: id('server') },
      attributes: { ...updatable, 'server.name': kept('renamed'), 'server.OS-DCF:diskConfig': kept('AUTO') },
    },
    ...metadata('POST'),
    ...metadata('PUT'),
    'PUT /v2.1/servers/:id/metadata/:key': {
      headers,
      params: { id: id('server'), key: 'anything' },
      attributes: { 'meta.*': kept('one') },
    },
    'PUT /v2.1/servers/:id/tags': {
      headers,
      params: { id: id('server') },
      body: () => ({ tags: [] }),
      attributes: { tags: kept(['green']) },
    },
    'POST /v2.1/servers/:id/action': {
      headers,
      user: 'admin',
      params: async () => ({ id: await newServer() }),
      read: (_answer, path) => path.replace('/action', ''),
      unknown: (parent) =>
        parent === ''
          ? refused('x', /There is no such action: bogus/)
          : ['lock.', 'os-getConsoleOutput.'].includes(parent)
            ? undefined
            : refused('x', /is a required property/),
      attributes: {
        'os-stop': seen(null, ({ demo: user }, _answer, read) => becomes(user, read.string('server.id'), 'SHUTOFF')),
        'os-start': refused(null, /Cannot 'start' instance .* while it is in vm_state active/),
        'reboot.type': seen('HARD', (_world, _answer, read) => read.at('server.status') === 'HARD_REBOOT'),
        'os-getConsoleOutput.length': seen(1, (_world, answer) => answer.at('output') !== undefined),
        'lock.locked_reason': kept('mine', { at: 'server.locked_reason' }),
        unlock: seen(null, (_world, _answer, read) => read.at('server.locked') === false),
        'os-resetState.state': kept('error', { at: 'server.OS-EXT-STS:vm_state' }),
        'addSecurityGroup.name': refused('nothing', /Security group nothing (?:is )?not found/),
        'removeSecurityGroup.name': refused('nothing', /Security group nothing (?:is )?not found/),
        forceDelete: seen(null, ({ admin }, _answer, read) => isGone(admin, read)),
      },
    },
    'POST /v2.1/servers/:id/os-volume_attachments': {
      headers,
      params: { id: id('server') },
      read: (answer) => `${show()}/os-volume_attachments/${answer?.string('volumeAttachment.volumeId') ?? ''}`,
      body: async () => ({ volumeAttachment: { volumeId: await newVolume() } }),
      attributes: {
        'volumeAttachment.volumeId': refused(none, /Volume .* could not be found/),
        'volumeAttachment.device': kept('/dev/vdt'),
        'volumeAttachment.tag': kept('disk'),
        'volumeAttachment.delete_on_termination': kept(true),
      },
    },
    'POST /v2.1/servers/:id/os-interface': {
      headers,
      params: { id: id('server') },
      read: (answer) => `${show()}/os-interface/${answer?.string('interfaceAttachment.port_id') ?? ''}`,
      body: () => ({ interfaceAttachment: { net_id: id('network') } }),
      unknown: (parent) =>
        parent.includes('fixed_ips') ? refused('x', /'ip_address' is a required property/) : undefined,
      attributes: {
        'interfaceAttachment.net_id': kept(id('other')),
        'interfaceAttachment.port_id': refused(none, /Port id .* could not be found/, {
          body: { interfaceAttachment: {} },
        }),
        'interfaceAttachment.fixed_ips[].ip_address': kept('10.0.98.8'),
        'interfaceAttachment.tag': kept('nic'),
      },
    },
    'POST /v2.1/os-server-groups': {
      headers,
      body: () => groupOf({ policy: 'anti-affinity' }),
      attributes: {
        'server_group.name': kept('near'),
        'server_group.policy': kept('soft-affinity'),
        'server_group.policies': kept(['affinity'], { headers: old, body: groupOf({}) }),
        'server_group.rules.max_server_per_host': kept(7),
      },
    },
    'POST /v2.1/flavors/:id/os-extra_specs': {
      headers,
      user: 'admin',
      params: { id: id('flavor') },
      read: () => `/compute/v2.1/flavors/${id('flavor')}/os-extra_specs`,
      body: () => ({ extra_specs: {} }),
      attributes: { 'extra_specs.*': kept('value') },
    },
    'POST /v2.1/flavors': {
      headers,
      user: 'admin',
      body: () => ({ flavor: { name: `flavor-${next()}`, ram: 1, vcpus: 1, disk: 1 } }),
      attributes: {
        'flavor.name': kept('tiny'),
        'flavor.id': kept('seventy-seven'),
        'flavor.ram': kept(77),
        'flavor.vcpus': kept(7),
        'flavor.disk': kept(78),
        'flavor.OS-FLV-EXT-DATA:ephemeral': kept(7),
        'flavor.swap': kept(7),
        'flavor.rxtx_factor': kept(2.5),
        'flavor.os-flavor-access:is_public': kept(false),
        'flavor.description': kept('tastes'),
      },
    },
    'POST /v2.1/os-keypairs': {
      headers,
      read: (answer) =>
        `/compute/v2.1/os-keypairs/${answer?.string('keypair.name') ?? ''}?user_id=${answer?.string('keypair.user_id') ?? ''}`,
      user: 'admin',
      body: () => ({ keypair: { name: `key-${next()}`, public_key: key } }),
      attributes: {
        'keypair.name': kept('opener'),
        'keypair.type': kept('x509'),
        'keypair.public_key': kept(`ssh-ed25519 ${'B'.repeat(68)}`),
        'keypair.user_id': kept(id('user')),
      },
    },
    'PUT /v2.1/os-quota-sets/:project': {
      headers,
      user: 'admin',
      params: { project: id('project') },
      body: () => ({ quota_set: {} }),
      attributes: {
        ...Object.fromEntries(quotas.map((name) => [`quota_set.${name}`, kept(77)])),
        ...Object.fromEntries(
          ['injected_files', 'injected_file_content_bytes', 'injected_file_path_bytes'].map((name) => [
            `quota_set.${name}`,
            kept(77, { headers: at(50) }),
          ]),
        ),
        ...Object.fromEntries(
          ['fixed_ips', 'floating_ips', 'security_groups', 'security_group_rules'].map((name) => [
            `quota_set.${name}`,
            kept(77, { headers: old }),
          ]),
        ),
        'quota_set.networks': ignored(7, 'nova:nova/quota.py has no such resource to show', { headers: old }),
        'quota_set.force': seen(true, (_world, _answer, read) => read.at('quota_set.cores') === 0, {
          body: { quota_set: { cores: 0 } },
        }),
      },
    },
  };
}

/** Whether a server comes into a state. */
const becomes = async (user: User, id: string, status: string): Promise<boolean> =>
  (
    await until(
      () => user.nova('GET', `/servers/${id}`),
      (reply) => reply.at('server.status') === status,
    )
  ).status === 200;

/** Whether a server goes away; `read` is how it was shown after the request for it. */
const isGone = async (user: User, read: Reply): Promise<boolean> =>
  read.status === 404 ||
  (
    await until(
      () => user.nova('GET', `/servers/${read.string('server.id')}`),
      ({ status }) => status === 404,
    )
  ).status === 404;
