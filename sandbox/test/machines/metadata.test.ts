import { describe, expect, it } from 'vitest';
import type { Machine } from '../../src/machines/driver.ts';
import { metadataHandler } from '../../src/machines/metadata.ts';

const machine: Machine = {
  id: '11111111-2222-3333-4444-555555555555',
  name: 'Atlas-1',
  projectId: 'project-1',
  availabilityZone: 'nova',
  userData: '#cloud-config\n',
  metadata: { role: 'worker' },
  image: { id: 'image-1', name: 'ubuntu', properties: {} },
  flavor: { name: 'm1.small', vcpus: 1, ramMiB: 2048, diskGiB: 20 },
  publicKeys: [{ name: 'laptop', key: 'ssh-ed25519 AAAA me' }],
  interfaces: [
    {
      portId: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      networkId: 'net-1',
      subnetId: 'subnet-1',
      macAddress: 'fa:16:3e:00:00:01',
      address: '10.0.0.5',
      cidr: '10.0.0.0/22',
      gateway: '10.0.0.1',
      dnsNameservers: ['10.0.0.2'],
    },
  ],
};
const bare: Machine = {
  ...machine,
  id: 'bare',
  userData: '',
  publicKeys: [],
  interfaces: machine.interfaces.map((place) => ({ ...place, networkId: 'net-2' })),
};
const handler = metadataHandler(() => [machine, bare]);
const get = (path: string) => handler('net-1', '10.0.0.5', path);
const json = (path: string): unknown => JSON.parse(get(path).body);

describe("OpenStack's form", () => {
  it('lists versions and documents', () => {
    expect(get('/openstack').body.split('\n')).toEqual(expect.arrayContaining(['2012-08-10', '2018-08-27', 'latest']));
    const names = [
      'meta_data.json',
      'user_data',
      'password',
      'vendor_data.json',
      'network_data.json',
      'vendor_data2.json',
    ];
    expect(get('/openstack/latest/').body.split('\n')).toEqual(names);
    expect(get('/openstack/2018-08-27/user_data')).toEqual({
      status: 200,
      contentType: 'application/octet-stream',
      body: '#cloud-config\n',
    });
  });

  it('tells the machine who it is', () => {
    expect(get('/openstack/latest/meta_data.json').contentType).toBe('application/json');
    expect(json('/openstack/latest/meta_data.json')).toMatchObject({
      uuid: machine.id,
      name: 'Atlas-1',
      hostname: 'atlas-1.novalocal',
      availability_zone: 'nova',
      project_id: 'project-1',
      meta: { role: 'worker' },
      public_keys: { laptop: 'ssh-ed25519 AAAA me' },
      keys: [{ name: 'laptop', type: 'ssh', data: 'ssh-ed25519 AAAA me' }],
    });
    expect(json('/openstack/latest/network_data.json')).toMatchObject({
      links: [{ id: 'tapaaaaaaaa-bb', ethernet_mac_address: 'fa:16:3e:00:00:01' }],
      networks: [
        {
          type: 'ipv4',
          ip_address: '10.0.0.5',
          netmask: '255.255.252.0',
          routes: [{ gateway: '10.0.0.1' }],
          network_id: 'net-1',
        },
      ],
      services: [{ type: 'dns', address: '10.0.0.2' }],
    });
    expect(json('/openstack/latest/vendor_data.json')).toEqual({});
    expect(json('/openstack/latest/vendor_data2.json')).toEqual({ static: {} });
  });
});

describe("EC2's form", () => {
  it('lists names, directories with a slash', () => {
    expect(get('/').body.split('\n')).toEqual(expect.arrayContaining(['1.0', '2009-04-04', 'latest']));
    expect(get('/latest').body).toBe('meta-data/\nuser-data');
    expect(get('/latest/meta-data/').body.split('\n')).toEqual(
      expect.arrayContaining(['instance-id', 'placement/', 'public-keys/', 'local-ipv4']),
    );
    expect(get('/latest/meta-data/placement/availability-zone').body).toBe('nova');
    expect(get('/latest/meta-data/local-ipv4')).toMatchObject({ status: 200, body: '10.0.0.5' });
    expect(get('/2009-04-04/meta-data/instance-id').body).toMatch(/^i-[0-9a-f]{8}$/u);
    expect(get('/latest/meta-data/public-keys/').body).toBe('0=laptop');
    expect(get('/latest/meta-data/public-keys/0/openssh-key').body).toBe('ssh-ed25519 AAAA me');
    expect(get('/latest/user-data').body).toBe('#cloud-config\n');
  });
});

describe('what is not there', () => {
  it.each([
    '/openstack/latest/none',
    '/openstack/1999-01-01/meta_data.json',
    '/latest/meta-data/none',
    '/latest/meta-data/hostname/x',
    '/none',
    '/latest/__proto__',
  ])('is 404: %s', (path) => expect(get(path).status).toBe(404));

  it('is 404 for addresses that no machine has, and by network', () => {
    expect(handler('net-1', '10.0.0.6', '/openstack/latest/meta_data.json').status).toBe(404);
    expect(handler('net-3', '10.0.0.5', '/openstack/latest/meta_data.json').status).toBe(404);
    expect(handler('net-2', '10.0.0.5', '/openstack/latest/user_data').status).toBe(404);
    expect(JSON.parse(handler('net-2', '10.0.0.5', '/openstack/latest/meta_data.json').body)).toMatchObject({
      uuid: 'bare',
    });
  });
});
