import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenStackClient } from 'openstack-client-ts';
import { z } from 'zod';
import { controlPlaneName } from '../../model/index.ts';
import { makeOwnNetwork } from '../support/own-network.ts';
import type { House, Pool } from './house.ts';
import { clusterSpec } from './operations.ts';
import { placeholders } from './places.ts';
import { type Inventory, inventoryOf, makeProject } from './projects.ts';
import { startOperation } from './start-operation.ts';

/**
 * A project of its own, in which cases run one after the other beside a bystander: another cluster, and a user's own
 * resources. What the project holds beyond them belongs to the case.
 */
export class Lane {
  readonly project: string;
  readonly pool: Pool;
  /** What a case must leave as it is, byte for byte. */
  readonly baseline: Inventory;
  readonly #house: House;
  readonly #client: OpenStackClient;

  private constructor(house: House, client: OpenStackClient, project: string, pool: Pool, baseline: Inventory) {
    this.#house = house;
    this.#client = client;
    this.project = project;
    this.pool = pool;
    this.baseline = baseline;
  }

  /** Makes the project with its bystanders. */
  static async open(house: House, pool: Pool, project: string): Promise<Lane> {
    await makeProject(house, project);
    const client = await house.connectTo(project);
    const bystander = `${project}-by`;
    await house.writeCloud(bystander, project, house.cloudUrl);
    const [made] = await Promise.all([
      startOperation(house, pool, 'createCluster', bystander, clusterSpec(bystander)).then((started) =>
        started.outcome(house.pace.operationMs),
      ),
      makeOwnResources(client),
    ]);
    if (made.outcome !== 'completed')
      throw new Error(`the bystander of ${project} was not made: ${JSON.stringify(made)}`);
    const baseline = await settled(() => inventoryOf(house, project, client));
    return new Lane(house, client, project, pool, baseline);
  }

  inventory(): Promise<Inventory> {
    return inventoryOf(this.#house, this.project, this.#client);
  }

  /**
   * What the project holds beyond the bystanders: kinds and names, with placeholders, sorted; equal for every sound
   * cluster.
   */
  async resources(cluster: string): Promise<string[]> {
    const found = [...(await this.inventory())].filter(([key]) => !this.baseline.has(key));
    return found.map(([, { kind, name }]) => `${kind} ${placeholders(name, cluster)}`).sort();
  }

  /** Deletes the first control plane of a case's cluster, if it is there, and waits until it is gone. */
  async loseControlPlane(cluster: string): Promise<void> {
    const { servers } = this.#client.compute;
    const name = `^${controlPlaneName(`${cluster}-[a-z2-7]+`, 0)}$`;
    for (const { id } of await servers.listBrief({ name })) {
      await servers.delete(id, { missingOk: true });
      await servers.waitGone(id, { deadlineMs: 60_000 });
    }
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

/** What somebody else has in the same project; some of it looks like Slipway's, but is not marked. */
async function makeOwnResources(client: OpenStackClient): Promise<void> {
  const { network, compute, blockStorage } = client;
  const own = await makeOwnNetwork(client, { cidr: '10.6.0.0/16', description: 'slipway.cluster=somebody-else' });
  await network.securityGroups.create({ name: 'own-group' });
  await network.ports.create({ network_id: own.network.id, name: 'own-port' });
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
