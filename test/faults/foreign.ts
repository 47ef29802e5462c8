import { setTimeout as sleep } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import fc from 'fast-check';
import type { OpenStackClient } from 'openstack-client-ts';
import { z } from 'zod';
import { type Activities, createActivities } from '../../activities/index.ts';
import type { ActivityDeps } from '../../activities/index.ts';
import { serverRequest } from '../../activities/machines/servers.ts';
import {
  type ClusterSpec,
  clusterSpecSchema,
  controlPlaneNames,
  FailureType,
  machineGroups,
} from '../../model/index.ts';
import { type Proxy, startProxy } from '../support/fault-proxy.ts';
import type { House } from './house.ts';
import { filtersOf, withoutFilters, withoutVersion } from './ignoring.ts';
import { neighbours, type Surroundings } from './neighbours.ts';
import { makeProject } from './projects.ts';

/** The emulator, as this property needs it. */
export interface ForeignWorld {
  readonly deps: Omit<ActivityDeps, 'stepTimeoutMs'>;
  readonly cloudUrl: string;
  /** Makes an empty project without quotas, and a client of it. */
  readonly openProject: (name: string) => Promise<OpenStackClient>;
  /** Puts a cloud of this name into Vault: the project of the same name, by services at this address. */
  readonly writeCloud: (name: string, address: string) => Promise<void>;
}

/** The matrix's emulator. */
export function foreignWorldOf(house: House): ForeignWorld {
  return {
    deps: { vault: house.vault, temporal: house.temporal.client, taskQueue: 'none' },
    cloudUrl: house.cloudUrl,
    openProject: async (name) => {
      await makeProject(house, name);
      return house.connectTo(name);
    },
    writeCloud: (name, address) => house.writeCloud(name, name, address),
  };
}

/** Steps of operations, in the order in which they come, or may come again. */
const STEPS = [
  ...[
    'surveyCluster',
    'checkCluster',
    'ensureNetwork',
    'ensureSecurityGroups',
    'ensureServerGroups',
    'repairApi',
    'ensureApi',
  ],
  ...['ensureControlPlane', 'ensureNodes', 'waitForServers', 'deleteServers', 'removeStrandedMachines'],
  ...['lookAtGroup', 'findMachineNeeds', 'chooseSurplus', 'removeMachines', 'lookAtGenerations'],
  ...['deleteLoadBalancers', 'deleteFloatingIps', 'deleteAllServers', 'deleteServerGroups', 'deleteNetwork', 'sweep'],
] as const;
type Step = (typeof STEPS)[number];

/** The lists that have filters. */
const LISTS = ['servers', 'networks', 'subnets', 'routers', 'ports', 'floatingips', 'security-groups', 'loadbalancers'];

const example = fc.record({
  public: fc.boolean(),
  neighbours: fc.uniqueArray(fc.constantFrom(...Object.keys(neighbours)), { minLength: 1, maxLength: 8 }),
  steps: fc.subarray([...STEPS], { minLength: 1 }),
  /** Whose filters are dropped, from which request on; and whether Nova's microversion is, too. */
  ignored: fc.subarray(LISTS),
  from: fc.nat({ max: 30 }),
  version: fc.boolean(),
});
type Example = typeof example extends fc.Arbitrary<infer T> ? T : never;

/**
 * The property: in a project full of what others have, whatever steps run and whichever filters are dropped on the way,
 * what is not the cluster's is as it was, byte for byte. A counterexample is printed with its seed.
 */
export async function holdsForeignResources(
  world: ForeignWorld,
  options: { readonly runs: number; readonly atOnce: number; readonly seed?: number },
): Promise<{ runs: number; refused: number }> {
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  let refused = 0;
  const some = async (part: number) => {
    const runs = Math.ceil(options.runs / options.atOnce);
    await fc.assert(
      fc.asyncProperty(example, async (one) => {
        if (await runExample(world, one)) refused += 1;
      }),
      { numRuns: runs, seed: seed + part, endOnFailure: true, includeErrorInReport: true },
    );
    return runs;
  };
  const runs = await Promise.all(Array.from({ length: options.atOnce }, (_, part) => some(part)));
  return { runs: runs.reduce((sum, one) => sum + one, 0), refused };
}

let projects = 0;

/** Runs one example; whether one of its steps was refused because a filter or a version was ignored. */
async function runExample(world: ForeignWorld, one: Example): Promise<boolean> {
  projects += 1;
  const name = `foreign${projects}`;
  const id = `${name}-k3f7x2`;
  const client = await world.openProject(name);
  let armed: { requests: number } | undefined;
  const proxy: Proxy = await startProxy({
    target: () => ({ url: world.cloudUrl }),
    intercept: (request, forward) => {
      if (armed === undefined || armed.requests++ < one.from) return forward();
      const list = /\/([a-z-]+)(\/detail)?(\?|$)/.exec(request.path)?.[1] ?? '';
      const dropped = one.ignored.includes(list) && filtersOf(request).length > 0 ? withoutFilters(request) : request;
      return forward(one.version ? withoutVersion(dropped) : dropped);
    },
  });
  try {
    await world.writeCloud(name, proxy.address);
    const spec = clusterSpecSchema.parse({
      name,
      cloud: name,
      api: { public: one.public },
      controlPlane: { count: 1 },
      nodeGroups: [{ name: 'workers', count: 1 }],
    });
    const run = new Steps(world, id, spec);
    const surroundings = await makeCluster(run, client, name);
    const own = new Set((await rowsOf(world, name)).keys());
    for (const neighbour of one.neighbours) await neighbours[neighbour]?.(surroundings);
    const before = withoutOwn(await settled(() => rowsOf(world, name)), own);
    run.impatient();
    run.foreignServers = (await client.compute.servers.list()).filter((server) => !own.has(server.id));
    armed = { requests: 0 };
    let refused = false;
    for (const step of one.steps) refused = (await run.tolerant(step)) || refused;
    const after = await settled(() => rowsOf(world, name));
    const changed = [...before].filter(([key, text]) => after.get(key) !== text);
    if (changed.length > 0) {
      const lines = changed.map(([key, text]) => `was ${text}\n is ${after.get(key) ?? 'gone'}`);
      throw new Error(`what is not the cluster's was touched:\n${lines.join('\n')}`);
    }
    return refused;
  } finally {
    await proxy.close();
  }
}

/** Calls the activities of one cluster, each with what the ones before it have made. */
class Steps {
  foreignServers: readonly { id: string; name: string }[] = [];
  readonly #world: ForeignWorld;
  #activities: Activities;
  readonly #target: { id: string; spec: ClusterSpec };
  #facts: Awaited<ReturnType<Activities['checkCluster']>> | undefined;
  #network: Awaited<ReturnType<Activities['ensureNetwork']>> | undefined;
  #groups: Awaited<ReturnType<Activities['ensureSecurityGroups']>> | undefined;
  #serverGroups: Record<string, string> | undefined;
  #api: Awaited<ReturnType<Activities['ensureApi']>> | undefined;

  constructor(world: ForeignWorld, id: string, spec: ClusterSpec) {
    this.#world = world;
    this.#activities = createActivities({ ...world.deps, stepTimeoutMs: 60_000 });
    this.#target = { id, spec };
  }

  /** From now on no step waits for long: for what others have on the cluster's network, for example. */
  impatient(): void {
    this.#activities = createActivities({ ...this.#world.deps, stepTimeoutMs: 1500 });
  }

  get target(): { id: string; spec: ClusterSpec } {
    return this.#target;
  }

  /** Whether it was refused for a filter or a version that was ignored. Other failures are none of this property's. */
  async tolerant(step: Step): Promise<boolean> {
    try {
      await this.run(step);
      return false;
    } catch (error) {
      const { type } = z.looseObject({ type: z.string() }).parse(error);
      return type === FailureType.OpenStackFilterIgnored || type === FailureType.OpenStackVersionIgnored;
    }
  }

  async run(step: Step): Promise<unknown> {
    const { id, spec } = this.#target;
    const [facts, network] = [this.#facts, this.#network];
    const [groups, serverGroups, api] = [this.#groups, this.#serverGroups, this.#api];
    const call = <I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> =>
      new MockActivityEnvironment({ scheduledTimestampMs: Date.now() }).run(activity, input);
    if (step === 'checkCluster') return (this.#facts = await call(this.#activities.checkCluster, { id, spec }));
    if (step === 'ensureNetwork' && facts)
      return (this.#network = await call(this.#activities.ensureNetwork, { id, spec, facts }));
    if (step === 'ensureSecurityGroups' && network)
      return (this.#groups = await call(this.#activities.ensureSecurityGroups, { id, spec, cidr: network.cidr }));
    if (step === 'ensureServerGroups')
      return (this.#serverGroups = await call(this.#activities.ensureServerGroups, { id, spec }));
    const known =
      facts && network && groups && serverGroups ? { id, spec, facts, network, groups, serverGroups } : undefined;
    if (step === 'ensureApi' && known)
      return (this.#api = await call(this.#activities.ensureApi, {
        ...known,
        machines: controlPlaneNames(id, spec.controlPlane.count),
        securityGroupId: known.groups.controlPlane,
      }));
    if (step === 'repairApi' && network) return call(this.#activities.repairApi, { id, spec, network });
    if (step === 'ensureControlPlane' && known && api)
      return call(this.#activities.ensureControlPlane, { ...known, serverGroupIds: known.serverGroups, api });
    if (step === 'ensureNodes' && known && api)
      return call(this.#activities.ensureNodes, {
        ...known,
        group: 'workers',
        networkId: known.network.networkId,
        securityGroupId: known.groups.nodes,
        serverGroupIds: known.serverGroups,
        caCertHash: 'sha256:00',
        vip: api.vip,
        count: 3,
        firstBatch: 0,
      });
    // Ids that a workflow hands over are no proof, either.
    if (step === 'deleteServers')
      return call(this.#activities.deleteServers, { id, spec, servers: this.foreignServers });
    const group = { id, spec, group: 'workers', count: 0, remove: this.foreignServers.map((server) => server.name) };
    if (step === 'lookAtGroup') return call(this.#activities.lookAtGroup, group);
    if (step === 'lookAtGenerations')
      return call(this.#activities.lookAtGenerations, { id, spec, groups: ['workers'] });
    if (step === 'chooseSurplus') return call(this.#activities.chooseSurplus, { ...group, atMost: 100 });
    if (step === 'removeMachines')
      return call(this.#activities.removeMachines, { ...group, machines: this.foreignServers });
    if (step === 'waitForServers')
      return call(this.#activities.waitForServers, { id, spec, expected: machineGroups(spec) });
    // Those that are left take no more than the target; so do those above when what they need was not made.
    return call(this.#activities[step] as (input: { id: string; spec: ClusterSpec }) => Promise<unknown>, { id, spec });
  }

  get made() {
    const [network, facts, api] = [this.#network, this.#facts, this.#api];
    if (network === undefined || facts === undefined || api === undefined) throw new Error('the cluster was not made');
    return { network, facts, api };
  }
}

/** Makes what a cluster has, and somebody else's network beside it. */
async function makeCluster(run: Steps, client: OpenStackClient, name: string): Promise<Surroundings> {
  for (const step of [
    'checkCluster',
    'ensureNetwork',
    'ensureSecurityGroups',
    'ensureServerGroups',
    'ensureApi',
  ] as const)
    await run.run(step);
  const { network, facts } = run.made;
  const { id, spec } = run.target;
  const [group] = spec.nodeGroups;
  if (group === undefined) throw new Error('the specification has no node group');
  const imageId = facts.imageIds[group.name] ?? '';
  const flavorId = facts.flavorIds[group.name] ?? '';
  const machine = {
    id,
    template: group,
    imageId,
    flavorId,
    userData: '',
    generation: '',
    sshKey: undefined,
    availabilityZone: undefined,
  };
  const networks = [{ uuid: network.networkId }];
  await client.compute.servers.create(
    serverRequest({ ...machine, group: group.name, name: `${id}-workers-b0`, networks }),
  );
  const [vip] = await client.network.ports.list({ network_id: network.networkId, name: `${id}-api` });
  const other = await client.network.networks.create({ name: `${name}-other` });
  const subnet = await client.network.subnets.create({ network_id: other.id, ip_version: 4, cidr: '10.78.0.0/24' });
  const [external] = await client.network.networks.list({ 'router:external': true });
  return {
    ...{ client, id, imageId, flavorId, networkId: network.networkId, subnetId: network.subnetId },
    ...{ vipPortId: vip?.id ?? '', externalNetworkId: external?.id ?? '' },
    ...{ otherNetworkId: other.id, otherSubnetId: subnet.id },
  };
}

const inventorySchema = z.looseObject({
  projects: z.record(
    z.string(),
    z.looseObject({
      resources: z.record(
        z.string(),
        z.array(z.looseObject({ id: z.string().optional(), name: z.string().optional() })),
      ),
    }),
  ),
});

/**
 * All rows of a project, by their ids. Left out is what Neutron itself writes on a foreign row when something of ours
 * goes that it hangs on: the time and number of a change, and the port that a floating IP loses; and the console, which
 * a machine writes while it boots.
 */
async function rowsOf({ cloudUrl }: ForeignWorld, project: string): Promise<Map<string, string>> {
  const answer = await fetch(`${cloudUrl}/_sandbox/inventory?project=${project}`, {
    signal: AbortSignal.timeout(30_000),
  });
  const { projects: found } = inventorySchema.parse(await answer.json());
  const rows = Object.values(found).flatMap(({ resources }) =>
    Object.entries(resources).flatMap(([kind, list]) =>
      list.map((row) => {
        const ofNeutron = { updated_at: '', revision_number: 0 };
        const lost = kind === 'floatingIps' ? { port_id: '', fixed_ip_address: '', router_id: '', status: '' } : {};
        return [
          row.id ?? row.name ?? '',
          JSON.stringify({ kind, ...row, ...ofNeutron, ...lost, consoleLength: 0 }),
        ] as const;
      }),
    ),
  );
  return new Map(rows);
}

const withoutOwn = (rows: ReadonlyMap<string, string>, own: ReadonlySet<string>): Map<string, string> =>
  new Map([...rows].filter(([key]) => !own.has(key)));

/** Reads until two readings are equal: servers and load balancers are built for a moment. */
async function settled(read: () => Promise<Map<string, string>>): Promise<Map<string, string>> {
  for (let last = await read(), tries = 0; tries < 50; tries++) {
    await sleep(100);
    const next = await read();
    if (JSON.stringify([...next]) === JSON.stringify([...last])) return next;
    last = next;
  }
  throw new Error('the project does not come to rest');
}
