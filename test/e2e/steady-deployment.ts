import { setTimeout as sleep } from 'node:timers/promises';
import { AppsV1Api, CoreV1Api, type KubeConfig, PolicyV1Api } from '@kubernetes/client-node';
import { isReady } from './readiness.ts';

const LABELS = { app: 'steady' };
const PODS = 2;
const AVAILABLE_TRIES = 120;
const PAUSE_MS = 500;

/** A Deployment of two pods, of which a budget wants one at any time. */
export class SteadyDeployment {
  readonly #core: CoreV1Api;
  #leastReady = Infinity;

  private constructor(core: CoreV1Api) {
    this.#core = core;
  }

  /**
   * Makes it, from an image that is on every machine, and waits until its pods are ready.
   *
   * @throws Error when they are not after a minute
   */
  static async make(config: KubeConfig, image: string, signal: AbortSignal): Promise<SteadyDeployment> {
    const template = {
      metadata: { labels: LABELS },
      spec: { containers: [{ name: 'echo', image, imagePullPolicy: 'Never' }], terminationGracePeriodSeconds: 1 },
    };
    const namespace = 'default';
    const metadata = { name: LABELS.app };
    const selector = { matchLabels: LABELS };
    await config.makeApiClient(AppsV1Api).createNamespacedDeployment({
      namespace,
      body: { metadata, spec: { replicas: PODS, selector, template } },
    });
    await config.makeApiClient(PolicyV1Api).createNamespacedPodDisruptionBudget({
      namespace,
      body: { metadata, spec: { minAvailable: 1, selector } },
    });
    const deployment = new SteadyDeployment(config.makeApiClient(CoreV1Api));
    for (let tries = 0; (await deployment.#readyPods()) < PODS; tries++) {
      if (tries > AVAILABLE_TRIES) throw new Error('the Deployment did not become available');
      await sleep(PAUSE_MS, undefined, { signal });
    }
    return deployment;
  }

  /** Counts its ready pods. */
  async look(): Promise<void> {
    this.#leastReady = Math.min(this.#leastReady, await this.#readyPods());
  }

  /** Fewest ready pods of all looks. @throws Error when there was none at some time */
  leastReady(): number {
    if (this.#leastReady < 1) throw new Error('the Deployment was not available at some time');
    return this.#leastReady;
  }

  async #readyPods(): Promise<number> {
    const { items } = await this.#core.listNamespacedPod({
      namespace: 'default',
      labelSelector: `app=${LABELS.app}`,
    });
    return items.filter(({ status }) => isReady(status?.conditions)).length;
  }
}
