import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { startProbe } from '../support/api-probe.ts';
import { type Bench, secondsSince, tell, withBench } from './bench-stack.ts';

export interface LifeOptions {
  readonly latency: string;
  readonly keepLogs: boolean;
}

const NAME = 'bench';
const GROUP = 'workers';
/** Grown three times, shrunk twice, emptied and grown again. */
const WORKERS = [3, 4, 6, 4, 2, 0, 2];
const CONTROL_PLANES = [3, 5, 3] as const;

/**
 * A cluster of 1 + 2 whose workers and control planes become more and fewer while its API is probed: requests that
 * failed, the cost, and whether its machines are what is wanted after each change, behind the same load balancer.
 */
export async function benchLife({ latency, keepLogs }: LifeOptions) {
  return await withBench({ latency, keepLogs }, async (bench) => {
    const { clusters, sandbox, signal, left } = bench;
    const started = Date.now();
    const callsBefore = await sandbox.calls(signal);
    tell('Creating 1 control plane and 2 workers…');
    const spec = { name: NAME, cloud: 'sandbox', controlPlane: { count: 1 } } as const;
    await (await clusters.create({ ...spec, nodeGroups: [{ name: GROUP, count: 2 }] }, { signal })).result({ signal });
    const config = new KubeConfig();
    config.loadFromString(await clusters.kubeconfig(NAME, { signal }));
    const machines = new Machines(bench, config);
    const balancers = await machines.idsOf('loadBalancers');
    const check = async (wanted: number): Promise<void> => {
      await machines.require(wanted);
      const now = await machines.idsOf('loadBalancers');
      if (now.join() !== balancers.join())
        throw new Error(`load balancer ${balancers.join()} has become ${now.join()}`);
      tell(`${wanted} machines after ${secondsSince(started)} s`);
    };
    const probe = startProbe(config);
    try {
      for (const count of WORKERS) {
        await (await clusters.resizeNodeGroup({ name: NAME, group: GROUP, count }, { signal })).result({ signal });
        await check(1 + count);
      }
      for (const count of CONTROL_PLANES) {
        await (await clusters.run('replaceControlPlane', { name: NAME, count }, { signal })).result({ signal });
        await check(count + 2);
      }
      const probed = await probe.stop();
      const seconds = secondsSince(started);
      const openstackCalls = (await sandbox.calls(signal)) - callsBefore;
      const events = await clusters.historyEvents(NAME, { signal });
      const deletion = await (await clusters.delete(NAME, { signal })).result({ signal });
      return {
        ...{ ...probed, openstackCalls, historyEvents: events.total, largestHistory: events.largest, seconds },
        left: deletion.left.length + (await left()).length,
      };
    } finally {
      await probe.end();
    }
  });
}

/** The cluster's machines, as the cloud and as Kubernetes know them. */
class Machines {
  readonly #bench: Bench;
  readonly #core: CoreV1Api;

  constructor(bench: Bench, config: KubeConfig) {
    this.#bench = bench;
    this.#core = config.makeApiClient(CoreV1Api);
  }

  /** Ids of the project's resources of a type; the cluster is the only one there. */
  async idsOf(type: string): Promise<string[]> {
    const all = await this.#bench.sandbox.inventory(this.#bench.signal);
    return all
      .filter((one) => one.type === type)
      .map(({ id }) => id)
      .sort();
  }

  /** @throws Error when servers or nodes are not so many, or not the same */
  async require(wanted: number): Promise<void> {
    const all = await this.#bench.sandbox.inventory(this.#bench.signal);
    const servers = all
      .filter(({ type }) => type === 'servers')
      .map(({ name }) => name)
      .sort();
    const nodes = (await this.#core.listNode()).items.map(({ metadata }) => metadata?.name ?? '').sort();
    if (servers.length !== wanted || nodes.join() !== servers.join())
      throw new Error(`${wanted} machines are wanted; servers: ${servers.join(', ')}; nodes: ${nodes.join(', ')}`);
  }
}
