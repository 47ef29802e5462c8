import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import type { SlipwayClient } from '../../client/index.ts';
import { CONTROL_PLANE_GROUP, type ReplaceControlPlaneInput } from '../../model/index.ts';
import { type Probed, startProbe } from '../support/api-probe.ts';
import { isReady } from './readiness.ts';
import { steadyAddons, SteadyDeployment } from './steady-deployment.ts';

/** What the chapter needs of the cluster that the chapters before it have made. */
export interface ChapterTools {
  readonly name: string;
  readonly client: SlipwayClient;
  /** An image that is on every machine. */
  readonly image: string;
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
}

/** What the chapter showed. */
export interface LifeFigures extends Probed {
  /** Of each operation, in their order. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Fewest pods of the Deployment that were ready at any time; its budget wants one. */
  readonly leastReadyPods: number;
}

const GROUP = 'workers';

/**
 * Grows the workers to three and shrinks them to one. With `controlPlane`, it has three machines before and one after;
 * in between each of the three is replaced, and afterwards all workers. The Deployment with which the cluster was
 * created, an addon with a budget, stays available and the API answers meanwhile, and a ConfigMap that was written
 * before is there afterwards. The addon is changed in between, and removed at the end.
 */
export async function lifeChapter(
  { name, client, image, signal, tell }: ChapterTools,
  controlPlane: boolean,
): Promise<LifeFigures> {
  const config = new KubeConfig();
  config.loadFromString(await client.clusters.kubeconfig(name, { signal }));
  const core = config.makeApiClient(CoreV1Api);
  const seconds: Record<string, number> = {};

  const readyNodes = async (group: string): Promise<string[]> => {
    const { items } = await core.listNode({ labelSelector: `slipway.dev/node-group=${group}` });
    return items.filter(({ status }) => isReady(status?.conditions)).map(({ metadata }) => metadata?.name ?? '');
  };
  const timed = async (step: string, group: string, work: () => Promise<{ count: number }>): Promise<string[]> => {
    const started = Date.now();
    const { count } = await work();
    const found = await readyNodes(group);
    if (found.length !== count) throw new Error(`${step}: ${found.length} Ready nodes of ${group} instead of ${count}`);
    seconds[step] = Math.round((Date.now() - started) / 100) / 10;
    tell(`${name}: ${step} after ${seconds[step]} s, ${group} is ${found.join(', ')}`);
    return found;
  };
  const resize = (count: number): Promise<string[]> =>
    timed(`workers ${count}`, GROUP, async () => {
      const input = { name, group: GROUP, count, drainMinutes: 5 };
      return (await client.clusters.resizeNodeGroup(input, { signal })).result({ signal });
    });
  const replace = (step: string, input: Pick<ReplaceControlPlaneInput, 'count'>): Promise<string[]> =>
    timed(step, CONTROL_PLANE_GROUP, async () =>
      (await client.clusters.run('replaceControlPlane', { name, ...input }, { signal })).result({ signal }),
    );
  const replaceWorkers = (): Promise<string[]> =>
    timed('workers replaced', GROUP, async () => {
      const input = { name, group: GROUP, maxSurge: 2, drainMinutes: 5 };
      return (await client.clusters.run('replaceNodeGroup', input, { signal })).result({ signal });
    });

  const applyAddons = async (pods: number): Promise<void> => {
    const started = Date.now();
    const addons = pods === 0 ? {} : steadyAddons(image, pods);
    const { changed, removed } = await (
      await client.clusters.run('applyAddons', { name, addons }, { signal })
    ).result({ signal });
    if (changed + removed !== 1) throw new Error(`${changed} addons were changed and ${removed} removed, not one`);
    const ready = await deployment.ready();
    if (ready !== pods) throw new Error(`the Deployment has ${ready} ready pods, not ${pods}`);
    seconds[`addon of ${pods}`] = Math.round((Date.now() - started) / 100) / 10;
    tell(`${name}: the addon has ${pods} pods`);
  };

  const note = { namespace: 'default', name: 'before' };
  await core.createNamespacedConfigMap({ ...note, body: { metadata: { name: note.name }, data: { key: 'value' } } });
  const deployment = new SteadyDeployment(config);
  const probe = startProbe(config, () => deployment.look());
  try {
    const workers = await resize(3);
    await applyAddons(3);
    if (controlPlane) {
      const before = await replace('control plane 3', { count: 3 });
      requireNew(before, await replace('control plane replaced', {}));
      await replace('control plane 1', { count: 1 });
      requireNew(workers, await replaceWorkers());
    }
    await resize(1);
    const figures = await probe.stop();
    const leastReadyPods = deployment.leastReady();
    await applyAddons(0);
    const { data } = await core.readNamespacedConfigMap(note);
    if (data?.key !== 'value') throw new Error('what was written before is not there any more');
    return { ...figures, seconds, leastReadyPods };
  } finally {
    await probe.end();
  }
}

function requireNew(before: readonly string[], after: readonly string[]): void {
  const kept = after.filter((machine) => before.includes(machine));
  if (kept.length > 0) throw new Error(`${kept.join(', ')} was not replaced`);
}
