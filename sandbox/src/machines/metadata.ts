import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Machine, MachineInterface } from './driver.ts';

/** An answer of the metadata service. */
interface MetadataResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Answers a request that came from an address in a network. */
export type MetadataHandler = (sourceNetworkId: string, sourceAddress: string, path: string) => MetadataResponse;

/** What a path leads to: a listing of further names, a document, or nothing. */
type Entry = string | { readonly json: unknown } | { readonly bytes: string } | { readonly [name: string]: Entry };
interface Directory {
  readonly [name: string]: Entry;
}

/** nova/api/metadata/base.py: OPENSTACK_VERSIONS and VERSIONS */
const openStackVersions = [
  '2012-08-10',
  '2013-04-04',
  '2013-10-17',
  '2015-10-15',
  '2016-06-30',
  '2016-10-06',
  '2017-02-22',
  '2018-08-27',
  '2020-10-14',
  '2025-04-04',
  'latest',
];
const ec2Versions = [
  '1.0',
  '2007-01-19',
  '2007-03-01',
  '2007-08-29',
  '2007-10-10',
  '2007-12-15',
  '2008-02-01',
  '2008-09-01',
  '2009-04-04',
  'latest',
];

const hostName = (machine: Machine) => `${machine.name}.novalocal`.toLowerCase();
const ec2Id = (prefix: string, id: string) => `${prefix}-${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;

function metaData(machine: Machine): unknown {
  const { id, name, availabilityZone, projectId, metadata, publicKeys } = machine;
  return {
    uuid: id,
    name,
    hostname: hostName(machine),
    availability_zone: availabilityZone,
    project_id: projectId,
    launch_index: 0,
    meta: metadata,
    ...(publicKeys.length === 0
      ? {}
      : {
          public_keys: Object.fromEntries(publicKeys.map(({ name: keyName, key }) => [keyName, key])),
          keys: publicKeys.map(({ name: keyName, key }) => ({ name: keyName, type: 'ssh', data: key })),
        }),
    random_seed: createHash('sha512').update(id).digest('base64'),
    devices: [],
    dedicated_cpus: [],
  };
}

function netmaskOf(cidr: string): string {
  const bits = Number(cidr.split('/')[1] ?? 32);
  return [0, 8, 16, 24].map((start) => 256 - 2 ** (8 - Math.min(8, Math.max(0, bits - start)))).join('.');
}

/** nova/virt/netutils.py: get_network_metadata */
function networkData({ interfaces }: Machine): unknown {
  const linkId = ({ portId }: MachineInterface) => `tap${portId.slice(0, 11)}`;
  const links = new Map(
    interfaces.map((place) => [
      place.portId,
      { id: linkId(place), vif_id: place.portId, type: 'ovs', mtu: 1500, ethernet_mac_address: place.macAddress },
    ]),
  );
  const dns = (place: MachineInterface) => place.dnsNameservers.map((address) => ({ type: 'dns', address }));
  return {
    links: [...links.values()],
    networks: interfaces.map((place, index) => ({
      id: `network${index}`,
      type: 'ipv4',
      link: linkId(place),
      ip_address: place.address,
      netmask: netmaskOf(place.cidr),
      routes: place.gateway === undefined ? [] : [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: place.gateway }],
      network_id: place.networkId,
      services: dns(place),
    })),
    services: interfaces.flatMap(dns),
  };
}

function openStackDirectory(machine: Machine): Directory {
  return {
    'meta_data.json': { json: metaData(machine) },
    ...(machine.userData === '' ? {} : { user_data: { bytes: machine.userData } }),
    password: '',
    'vendor_data.json': { json: {} },
    'network_data.json': { json: networkData(machine) },
    'vendor_data2.json': { json: { static: {} } },
  };
}

function ec2Directory(machine: Machine): Directory {
  const { id, image, flavor, availabilityZone, publicKeys, interfaces } = machine;
  return {
    'meta-data': {
      'ami-id': ec2Id('ami', image.id),
      'ami-launch-index': '0',
      'ami-manifest-path': 'FIXME',
      'block-device-mapping': { ami: 'vda', root: '/dev/vda' },
      hostname: hostName(machine),
      'instance-action': 'none',
      'instance-id': ec2Id('i', id),
      'instance-type': flavor.name,
      'local-hostname': hostName(machine),
      'local-ipv4': interfaces[0]?.address ?? '',
      placement: { 'availability-zone': availabilityZone },
      'public-hostname': hostName(machine),
      'public-ipv4': '',
      ...(publicKeys.length === 0
        ? {}
        : {
            'public-keys': Object.fromEntries(
              publicKeys.map(({ name, key }, index) => [`${index}=${name}`, { 'openssh-key': key }]),
            ),
          }),
      'reservation-id': ec2Id('r', id),
      'security-groups': 'default',
    },
    ...(machine.userData === '' ? {} : { 'user-data': { bytes: machine.userData } }),
  };
}

const text = (body: string): MetadataResponse => ({ status: 200, contentType: 'text/plain; charset=UTF-8', body });
const notFound: MetadataResponse = {
  status: 404,
  contentType: 'text/html; charset=UTF-8',
  body: '<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n  The resource could not be found.<br /><br />\n </body>\n</html>\n',
};

const isDirectory = (entry: Entry): entry is Directory =>
  typeof entry === 'object' && !('json' in entry) && !('bytes' in entry);

/** The entry of a name: public keys are listed as `0=name` and asked for as `0`. */
function child(directory: Directory, name: string): Entry | undefined {
  if (Object.hasOwn(directory, name)) return directory[name];
  return /^\d+$/u.test(name) ? Object.entries(directory).find(([key]) => key.startsWith(`${name}=`))?.[1] : undefined;
}

function show(entry: Entry): MetadataResponse {
  if (typeof entry === 'string') return text(entry);
  if (!isDirectory(entry)) {
    if ('bytes' in entry) return { status: 200, contentType: 'application/octet-stream', body: String(entry['bytes']) };
    return { status: 200, contentType: 'application/json', body: JSON.stringify(entry['json']) };
  }
  // A directory within is shown with a slash, but for the keys.
  const names = Object.entries(entry).map(([name, inner]) =>
    typeof inner !== 'string' && isDirectory(inner) && !name.includes('=') ? `${name}/` : name,
  );
  return text(names.join('\n'));
}

function root(machine: Machine): Directory {
  const openStack = openStackDirectory(machine);
  const ec2 = ec2Directory(machine);
  return {
    ...Object.fromEntries(ec2Versions.map((version) => [version, ec2])),
    openstack: Object.fromEntries(openStackVersions.map((version) => [version, openStack])),
  };
}

function answer(machine: Machine, path: string): MetadataResponse {
  const names =
    path
      .split('?')[0]
      ?.split('/')
      .filter((name) => name !== '') ?? [];
  // Both top listings are without slashes, and the first one leaves out "openstack".
  if (names.length === 0) return text(ec2Versions.join('\n'));
  if (names.length === 1 && names[0] === 'openstack') return text(openStackVersions.join('\n'));
  let entry: Entry = root(machine);
  for (const name of names) {
    const next: Entry | undefined = isDirectory(entry) ? child(entry, name) : undefined;
    if (next === undefined) return notFound;
    entry = next;
  }
  return show(entry);
}

/**
 * OpenStack's metadata service (`/openstack/…` and the EC2 form `/latest/…`) for machines, found by the address which a
 * request comes from, as Neutron's proxy does it. What no machine asks for is answered with 404.
 * https://docs.openstack.org/nova/latest/user/metadata.html, openstack/nova:nova/api/metadata/base.py
 */
export function metadataHandler(machines: () => Iterable<Machine>): MetadataHandler {
  return (networkId, address, path) => {
    for (const machine of machines()) {
      if (machine.interfaces.some((place) => place.networkId === networkId && place.address === address))
        return answer(machine, path);
    }
    return notFound;
  };
}

function send(request: IncomingMessage, response: ServerResponse, found: () => MetadataResponse): void {
  const allowed = request.method === 'GET' || request.method === 'HEAD';
  const { status, contentType, body } = allowed
    ? found()
    : { status: 405, contentType: 'text/plain; charset=UTF-8', body: '' };
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Answers a request of a machine that is already known. */
export function serveMetadata(machine: Machine, request: IncomingMessage, response: ServerResponse): void {
  send(request, response, () => answer(machine, request.url ?? '/'));
}
