import type { Server } from 'openstack-client-ts';
import { CLUSTER_ID, OWNER_METADATA, ownerOf } from '../../model/index.ts';
import type { Cloud } from './clouds.ts';
import { listed } from './ownership.ts';
import { call, neutronAge } from './session.ts';

/** What of one cluster is in one cloud. */
export interface MarkedCluster {
  readonly id: string;
  readonly cloud: string;
  /** How many there are of each type, for example `{ "server": 6 }`. */
  readonly resources: Readonly<Record<string, number>>;
  /** When the oldest of them was made, as far as the services tell. */
  readonly createdAt: string | undefined;
  readonly servers: number;
  readonly vcpus: number;
  readonly ramMiB: number;
  readonly volumesGiB: number;
}

/**
 * Everything in a cloud's project that carries the mark of any cluster, each looked at by its own row. Eleven lists.
 */
export async function markedClusters({ name: cloud, client }: Cloud): Promise<MarkedCluster[]> {
  const { network } = client;
  const [servers, balancers, networks, subnets, ports, routers, groups, floatingIps, credentials] = await Promise.all([
    listed(client.compute.servers),
    listed(client.loadBalancer.loadBalancers),
    listed(network.networks),
    listed(network.subnets),
    listed(network.ports),
    listed(network.routers),
    listed(network.securityGroups),
    listed(network.floatingIps),
    client.identity.applicationCredentials.list({}, call()),
  ]);
  const found = new Tally(cloud);
  for (const server of servers) found.addServer(server);
  for (const { tags, created_at: age } of balancers) found.add(firstMark(tags), 'load balancer', age);
  const described = { network: networks, subnet: subnets, port: ports, router: routers, 'security group': groups };
  for (const [type, rows] of Object.entries(described)) {
    for (const row of rows) found.add(markedId(row.description), type, neutronAge(row));
  }
  for (const row of floatingIps) found.add(markedId(row.description), 'floating IP', neutronAge(row));
  const { project } = await client.authenticate(call());
  // Keystone lists those of Slipway's user in other projects, too.
  for (const { description, project_id: place } of credentials)
    if (place === project?.id) found.add(markedId(description), 'application credential', undefined);
  const volumes = new Map<string, string>(
    servers.flatMap((server) => {
      const id = markOf(server);
      const attached = server['os-extended-volumes:volumes_attached'];
      return id === undefined ? [] : attached.map((volume): [string, string] => [volume.id, id]);
    }),
  );
  if (volumes.size > 0) {
    for (const { id, size } of await listed(client.blockStorage.volumes)) found.addVolume(volumes.get(id), size);
  }
  return found.clusters();
}

/** A server has its mark twice; its metadata is there at every microversion. */
function markOf({ metadata, tags }: Server): string | undefined {
  const { [OWNER_METADATA]: id } = metadata;
  return id !== undefined && CLUSTER_ID.test(id) ? id : firstMark(tags);
}

const firstMark = (tags: readonly string[] | undefined): string | undefined =>
  tags?.map(markedId).find((id) => id !== undefined);

/** The id in a mark; undefined when the text is none. */
function markedId(text: string | null | undefined): string | undefined {
  const id = ownerOf(text ?? '');
  return id !== undefined && CLUSTER_ID.test(id) ? id : undefined;
}

/** The flavor stands within a server from microversion 2.47. */
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

interface Sum {
  readonly resources: Record<string, number>;
  createdAt: string | undefined;
  servers: number;
  vcpus: number;
  ramMiB: number;
  volumesGiB: number;
}

class Tally {
  readonly #cloud: string;
  readonly #sums = new Map<string, Sum>();

  constructor(cloud: string) {
    this.#cloud = cloud;
  }

  add(id: string | undefined, type: string, createdAt: string | null | undefined): Sum | undefined {
    if (id === undefined) return undefined;
    const known = this.#sums.get(id);
    const sum = known ?? { resources: {}, createdAt: undefined, servers: 0, vcpus: 0, ramMiB: 0, volumesGiB: 0 };
    this.#sums.set(id, sum);
    sum.resources[type] = (sum.resources[type] ?? 0) + 1;
    if (createdAt && (sum.createdAt === undefined || createdAt < sum.createdAt)) sum.createdAt = createdAt;
    return sum;
  }

  addServer(server: Server): void {
    const sum = this.add(markOf(server), 'server', server.created);
    if (sum === undefined) return;
    sum.servers += 1;
    sum.vcpus += numberOf(server.flavor?.['vcpus']);
    sum.ramMiB += numberOf(server.flavor?.['ram']);
  }

  addVolume(id: string | undefined, gibibytes: number): void {
    const sum = this.add(id, 'volume', undefined);
    if (sum !== undefined) sum.volumesGiB += gibibytes;
  }

  clusters(): MarkedCluster[] {
    return [...this.#sums].map(([id, sum]) => ({ id, cloud: this.#cloud, ...sum }));
  }
}
