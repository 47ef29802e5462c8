import { AppsV1Api, CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import type { ClusterSpecInput } from '../../model/index.ts';
import type { TestChart } from '../support/charts.ts';
import { isReady } from './readiness.ts';

const NAME = 'steady';
const NAMESPACE = 'default';
const VERSION = '1.0.0';
/** Pods that the cluster is created with; the budget wants one at any time. */
const PODS = 2;

/** A Deployment with a budget, of an image that is on every machine: nothing can be pulled there. */
export const steadyChart: TestChart = {
  ...{ name: NAME, version: VERSION },
  templates: {
    deployment: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: ${NAME} } }
  template:
    metadata: { labels: { app: ${NAME} } }
    spec:
      containers: [{ name: echo, image: {{ .Values.image }}, imagePullPolicy: Never }]
      terminationGracePeriodSeconds: 1
`,
    budget: `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: {{ .Release.Name }} }
spec: { minAvailable: 1, selector: { matchLabels: { app: ${NAME} } } }
`,
  },
};

/** The addon of a specification that installs it. */
export const steadyAddons = (image: string, replicas = PODS): NonNullable<ClusterSpecInput['addons']> => ({
  custom: [
    { name: NAME, namespace: NAMESPACE, chart: NAME, version: VERSION, values: { image, replicas }, required: true },
  ],
});

/** The Deployment in a cluster that has the addon, and the fewest of its pods that were ready at any look. */
export class SteadyDeployment {
  readonly #config: KubeConfig;
  #leastReady = Infinity;

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  /** Counts its ready pods. */
  async look(): Promise<void> {
    const pods = this.#config.makeApiClient(CoreV1Api);
    const { items } = await pods.listNamespacedPod({ namespace: NAMESPACE, labelSelector: `app=${NAME}` });
    this.#leastReady = Math.min(this.#leastReady, items.filter(({ status }) => isReady(status?.conditions)).length);
  }

  /** How many pods it has that are ready, as its controller says; none when it is not there. */
  async ready(): Promise<number> {
    const { items } = await this.#config.makeApiClient(AppsV1Api).listNamespacedDeployment({ namespace: NAMESPACE });
    return items.find(({ metadata }) => metadata?.name === NAME)?.status?.readyReplicas ?? 0;
  }

  /** Fewest ready pods of all looks. @throws Error when there was none at some time */
  leastReady(): number {
    if (this.#leastReady < 1) throw new Error('the Deployment was not available at some time');
    return this.#leastReady;
  }
}
