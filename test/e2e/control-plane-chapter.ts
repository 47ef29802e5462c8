import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import type { ReplaceControlPlaneInput } from '../../model/index.ts';
import { type Probed, startProbe } from '../support/api-probe.ts';
import type { ChapterTools } from './resize-chapter.ts';

/** What the chapter showed. */
export interface ControlPlaneFigures extends Probed {
  /** Of each replacement and change of the number, in their order. */
  readonly seconds: readonly number[];
}

const LABEL = 'node-role.kubernetes.io/control-plane';

/**
 * Replaces every machine of the control plane, and changes their number if that is asked for, while the API is probed.
 * A ConfigMap that was written before must be there afterwards.
 */
export async function controlPlaneChapter(
  { name, client, signal, tell }: ChapterTools,
  counts: readonly (1 | 3 | 5)[],
): Promise<ControlPlaneFigures> {
  const config = new KubeConfig();
  config.loadFromString(await client.clusters.kubeconfig(name, { signal }));
  const core = config.makeApiClient(CoreV1Api);
  const names = async (): Promise<string[]> =>
    (await core.listNode({ labelSelector: LABEL })).items.map(({ metadata }) => metadata?.name ?? '').sort();
  const written = { namespace: 'default', body: { metadata: { name: 'before' }, data: { key: 'value' } } };
  await core.createNamespacedConfigMap(written);
  const seconds: number[] = [];
  const change = async (input: Partial<ReplaceControlPlaneInput>): Promise<string[]> => {
    const started = Date.now();
    const handle = await client.clusters.run('replaceControlPlane', { name, ...input }, { signal });
    const { count } = await handle.result({ signal });
    const now = await names();
    if (now.length !== count) throw new Error(`${now.length} control planes instead of ${count}`);
    seconds.push((Date.now() - started) / 1000);
    tell(`${name}: control plane is ${now.join(', ')}`);
    return now;
  };
  const probe = startProbe(config);
  try {
    const before = await names();
    const after = await change({});
    const kept = after.filter((machine) => before.includes(machine));
    if (kept.length > 0) throw new Error(`${kept.join(', ')} was not replaced`);
    for (const count of counts) await change({ count });
    const figures = await probe.stop();
    const { data } = await core.readNamespacedConfigMap({ namespace: 'default', name: 'before' });
    if (data?.key !== 'value') throw new Error('what was written before is not there any more');
    return { ...figures, seconds };
  } finally {
    await probe.end();
  }
}
