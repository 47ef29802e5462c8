import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type OpenStackClient } from 'openstack-client-ts';
import { z } from 'zod';
import type { House, Pool } from './house.ts';
import { clusterSpec } from './operations.ts';
import { placeholders } from './places.ts';
import { startOperation } from './start-operation.ts';

const inventorySchema = z.looseObject({
  projects: z.record(z.string(), z.looseObject({ resources: z.record(z.string(), z.array(z.looseObject({}))) })),
});
const nameSchema = z.looseObject({
  id: z.string().optional(),
  name: z.string().optional(),
  description: z.string().nullish(),
});
const listSchema = (many: string) =>
  z.looseObject({ [many]: z.array(z.looseObject({ id: z.string(), name: z.string() })) });

/** Everything in a project, one text for each resource with all its fields. */
export type Inventory = ReadonlyMap<string, { readonly kind: string; readonly name: string; readonly text: string }>;

/**
 * A project of its own, in which cases run one after the other beside a bystander: another cluster, and a user's own resources. What the
 * project holds beyond them belongs to the case.
 */
export class Lane {
  readonly project: string;
  readonly pool: Pool;
  /** What a case must leave as it is, byte for byte. */
  readonly baseline: Inventory;
  readonly #house: House;

  private constructor(house: House, project: string, pool: Pool, baseline: Inventory) {
    this.#house = house;
    this.project = project;
    this.pool = pool;
    this.baseline = baseline;
  }

  /** Makes the project with its bystanders. */
  static async open(house: House, pool: Pool, project: string): Promise<Lane> {
    await makeProject(house, project);
    const { cloudUrl } = house.stack.endpoints;
    const bystander = `${project}-by`;
    await house.writeCloud(bystander, project, cloudUrl);
    const [made] = await Promise.all([
      (await startOperation(house, pool, 'createCluster', bystander, clusterSpec(bystander))).outcome(120_000),
      withProject(house, project, ownResources),
    ]);
    if (made.outcome !== 'completed')
      throw new Error(`the bystander of ${project} was not made: ${JSON.stringify(made)}`);
    return new Lane(house, project, pool, await settled(() => inventoryOf(house, project)));
  }

  inventory(): Promise<Inventory> {
    return inventoryOf(this.#house, this.project);
  }

  /** What the project holds beyond the bystanders: kinds and names, with placeholders, sorted; equal for every sound cluster. */
  async resources(cluster: string): Promise<string[]> {
    const found = [...(await this.inventory())].filter(([key]) => !this.baseline.has(key));
    return found.map(([, { kind, name }]) => `${kind} ${placeholders(name, cluster)}`).sort();
  }

  /** How the bystanders were changed or lost; empty when they are as they were. */
  async disturbed(): Promise<string[]> {
    const now = await this.inventory();
    return [...this.baseline].flatMap(([key, { text }]) => {
      const found = now.get(key);
      if (found === undefined) return [`${key} is gone`];
      return found.text === text ? [] : [`${key} changed: ${difference(text, found.text)}`];
    });
  }
}

async function inventoryOf(house: House, project: string): Promise<Inventory> {
  const { projects } = inventorySchema.parse(await house.sandbox('GET', `inventory?project=${project}`));
  const rows = Object.values(projects).flatMap(({ resources }) =>
    Object.entries(resources).flatMap(([kind, list]) =>
      list.map((row) => {
        const { id, name = '', description } = nameSchema.parse(row);
        const key = `${kind} ${id ?? name}`;
        // Rules and addresses have no name; what describes them tells them apart.
        return [key, { kind, name: name === '' ? (description ?? '') : name, text: JSON.stringify(row) }] as const;
      }),
    ),
  );
  return new Map(rows);
}

/** Reads until two readings a second apart are equal: machines write on their consoles for a moment longer. */
async function settled(read: () => Promise<Inventory>): Promise<Inventory> {
  let last = await read();
  for (let tries = 0; tries < 30; tries++) {
    await sleep(1000);
    const next = await read();
    if (JSON.stringify([...next]) === JSON.stringify([...last])) return next;
    last = next;
  }
  throw new Error('the project does not come to rest');
}

async function makeProject(house: House, name: string): Promise<void> {
  const identity = house.admin.service('identity');
  const find = async (path: string, many: string, wanted: string) => {
    const rows = z
      .array(z.looseObject({ id: z.string(), name: z.string() }))
      .parse((await identity.json('GET', path, listSchema(many)))[many]);
    return rows.find((row) => row.name === wanted)?.id ?? '';
  };
  const body = { project: { name, domain_id: 'default' } };
  const made = z.looseObject({ project: z.looseObject({ id: z.string() }) });
  const { project } = await identity.json('POST', '/projects', made, { json: body });
  const user = await find('/users', 'users', 'demo');
  for (const role of ['member', 'reader']) {
    await identity.request('PUT', `/projects/${project.id}/users/${user}/roles/${await find('/roles', 'roles', role)}`);
  }
  const unlimited = (...names: string[]) => Object.fromEntries(names.map((one) => [one, -1]));
  await house.sandbox('PUT', `quotas/${name}`, {
    compute: unlimited('instances', 'cores', 'ram', 'server_groups', 'server_group_members'),
    network: unlimited('network', 'subnet', 'port', 'router', 'floatingip', 'security_group', 'security_group_rule'),
  });
}

async function withProject(
  house: House,
  project: string,
  work: (cloud: OpenStackClient) => Promise<void>,
): Promise<void> {
  const cloud = await connect({ auth: { ...(await house.credential()), project_name: project } });
  try {
    await work(cloud);
  } finally {
    await cloud.close();
  }
}

/** What somebody else has in the same project; some of it looks like Slipway's, but is not marked. */
async function ownResources({ network, compute, blockStorage }: OpenStackClient): Promise<void> {
  const [external] = await network.networks.list({ 'router:external': true });
  const own = await network.networks.create({ name: 'own-net', description: 'slipway.cluster=somebody-else' });
  const subnet = await network.subnets.create({
    network_id: own.id,
    name: 'own-subnet',
    ip_version: 4,
    cidr: '10.6.0.0/16',
  });
  const router = await network.routers.create({
    name: 'own-router',
    external_gateway_info: { network_id: external?.id ?? '' },
  });
  await network.routers.addInterface(router.id, { subnet_id: subnet.id });
  await network.securityGroups.create({ name: 'own-group' });
  await network.floatingIps.create({ floating_network_id: external?.id ?? '', description: 'reserved' });
  await network.ports.create({ network_id: own.id, name: 'own-port' });
  await compute.serverGroups.create({ name: 'own-servers', policy: 'soft-anti-affinity' });
  await blockStorage.volumes.create({ size: 1, name: 'own-volume' });
}

/** The fields that differ between two JSON texts of a resource. */
function difference(before: string, after: string): string {
  const [old, fresh] = [before, after].map((text) => z.record(z.string(), z.unknown()).parse(JSON.parse(text)));
  const fields = Object.keys({ ...old, ...fresh }).filter(
    (key) => JSON.stringify(old?.[key]) !== JSON.stringify(fresh?.[key]),
  );
  return fields.map((key) => `${key}: ${JSON.stringify(old?.[key])} → ${JSON.stringify(fresh?.[key])}`).join(', ');
}
