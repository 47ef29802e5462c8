import { setTimeout as sleep } from 'node:timers/promises';
import { AppsV1Api, CoreV1Api, KubeConfig, PolicyV1Api } from '@kubernetes/client-node';
import type { SlipwayClient } from '../../client/index.ts';
import { startProbe } from '../support/api-probe.ts';

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
export interface ResizeFigures {
  readonly growSeconds: number;
  readonly shrinkSeconds: number;
  /** Requests to the API meanwhile, five a second, and how many failed. */
  readonly probes: number;
  readonly probesFailed: number;
  /** Fewest pods of a Deployment of two that were ready at any time; its budget wants one. */
  readonly leastReadyPods: number;
}

const GROUP = 'workers';
const LABELS = { app: 'steady' };

/**
 * Grows the workers by one machine and shrinks them to one, while a Deployment with a budget has to stay available and
 * the API is probed.
 */
export async function resizeChapter({ name, client, image, signal, tell }: ChapterTools): Promise<ResizeFigures> {
  const config = new KubeConfig();
  config.loadFromString(await client.clusters.kubeconfig(name, { signal }));
  const core = config.makeApiClient(CoreV1Api);
  const readyNodes = async (): Promise<string[]> => {
    const { items } = await core.listNode({ labelSelector: `slipway.dev/node-group=${GROUP}` });
    return items.filter(({ status }) => isReady(status?.conditions)).map(({ metadata }) => metadata?.name ?? '');
  };
  const readyPods = async (): Promise<number> => {
    const { items } = await core.listNamespacedPod({ namespace: 'default', labelSelector: `app=${LABELS.app}` });
    return items.filter(({ status }) => isReady(status?.conditions)).length;
  };
  const resize = async (count: number): Promise<number> => {
    const started = Date.now();
    const handle = await client.clusters.resizeNodeGroup({ name, group: GROUP, count, drainMinutes: 5 }, { signal });
    await handle.result({ signal });
    const found = await readyNodes();
    if (found.length !== count) throw new Error(`${found.length} Ready nodes of ${GROUP} instead of ${count}`);
    tell(`${name}: ${GROUP} resized to ${count}`);
    return (Date.now() - started) / 1000;
  };

  await deploy(config, image);
  for (let tries = 0; (await readyPods()) < 2; tries++) {
    if (tries > 120) throw new Error('the Deployment did not become available');
    await sleep(500, undefined, { signal });
  }
  let leastReadyPods = Infinity;
  const look = async () => void (leastReadyPods = Math.min(leastReadyPods, await readyPods()));
  const probe = startProbe(config, look);
  try {
    const before = (await readyNodes()).length;
    const growSeconds = await resize(before + 1);
    const shrinkSeconds = await resize(1);
    const figures = { growSeconds, shrinkSeconds, ...(await probe.stop()), leastReadyPods };
    if (figures.leastReadyPods < 1) throw new Error('the Deployment was not available at some time');
    return figures;
  } finally {
    await probe.end();
  }
}

type Conditions = readonly { readonly type: string; readonly status: string }[] | undefined;

const isReady = (conditions: Conditions): boolean =>
  conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

async function deploy(config: KubeConfig, image: string): Promise<void> {
  const template = {
    metadata: { labels: LABELS },
    spec: { containers: [{ name: 'echo', image, imagePullPolicy: 'Never' }], terminationGracePeriodSeconds: 1 },
  };
  const metadata = { name: LABELS.app };
  await config.makeApiClient(AppsV1Api).createNamespacedDeployment({
    namespace: 'default',
    body: { metadata, spec: { replicas: 2, selector: { matchLabels: LABELS }, template } },
  });
  await config.makeApiClient(PolicyV1Api).createNamespacedPodDisruptionBudget({
    namespace: 'default',
    body: { metadata, spec: { minAvailable: 1, selector: { matchLabels: LABELS } } },
  });
}
