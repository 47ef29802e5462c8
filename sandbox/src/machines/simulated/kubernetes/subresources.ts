import { ApiError } from './api-error.ts';
import type { User } from './authentication.ts';
import { at, fieldsAt, listAt, numberAt, textAt, textMapAt, timestamp, type KubeObject } from './object.ts';
import type { Registry } from './registry.ts';
import { resourceOf } from './resource-type.ts';
import { objectSelector } from './selectors.ts';

/** The `scale` subresource of a controller. */
export function asScale(object: KubeObject): Record<string, unknown> {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const labels = Object.entries(textMapAt(object, 'spec', 'selector', 'matchLabels'));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberAt(object, 0, 'spec', 'replicas') },
    status: {
      replicas: numberAt(object, 0, 'status', 'replicas'),
      selector: labels.map(([key, value]) => `${key}=${value}`).join(','),
    },
  };
}

/** A controller with another number of replicas. */
export function withReplicas(object: KubeObject, replicas: number): KubeObject {
  return { ...object, spec: { ...fieldsAt(object, 'spec'), replicas } };
}

const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** Puts a pod on the node that a Binding names. */
export function bindPod(registry: Registry, namespace: string | undefined, name: string, binding: unknown): unknown {
  const pods = resourceOf('Pod');
  const pod = registry.get(pods, namespace, name);
  if (textAt(pod, 'spec', 'nodeName') !== '') {
    throw new ApiError(
      409,
      'Conflict',
      `Operation cannot be fulfilled on pods/binding "${name}": pod ${name} is already assigned`,
    );
  }
  const conditions = [{ type: 'PodScheduled', status: 'True', lastTransitionTime: timestamp() }];
  registry.store.put(pods, {
    ...pod,
    spec: { ...fieldsAt(pod, 'spec'), nodeName: textAt(binding, 'target', 'name') },
    status: { ...fieldsAt(pod, 'status'), conditions },
  });
  return success;
}

const isReady = (pod: KubeObject) =>
  listAt(pod, 'status', 'conditions').some((item) => at(item, 'type') === 'Ready' && at(item, 'status') === 'True');

/** Room for one more disruption under a budget: a number or a percentage of the pods it selects. */
function disruptionsAllowed(budget: KubeObject, pods: readonly KubeObject[]): number {
  const resolve = (value: unknown) => {
    if (typeof value === 'number') return value;
    return typeof value === 'string' ? Math.ceil((Number.parseInt(value, 10) / 100) * pods.length) : undefined;
  };
  const healthy = pods.filter(isReady).length;
  const minimum = resolve(at(budget, 'spec', 'minAvailable'));
  const unavailable = resolve(at(budget, 'spec', 'maxUnavailable'));
  return healthy - (minimum ?? pods.length - (unavailable ?? 1));
}

/**
 * Evicts a pod: deletes it unless a disruption budget forbids it.
 * @throws ApiError 404, 429
 */
export function evictPod(registry: Registry, namespace: string | undefined, name: string): unknown {
  const pods = resourceOf('Pod');
  const pod = registry.get(pods, namespace, name);
  for (const budget of registry.store.values(resourceOf('PodDisruptionBudget'), namespace)) {
    const selects = objectSelector(at(budget, 'spec', 'selector'));
    if (!selects(pod)) continue;
    if (disruptionsAllowed(budget, [...registry.store.values(pods, namespace)].filter(selects)) > 0) continue;
    throw new ApiError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
      causes: [
        { reason: 'DisruptionBudget', message: `The disruption budget ${budget.metadata.name} needs all its pods` },
      ],
    });
  }
  registry.delete(pods, namespace, name);
  return success;
}

/** The answer to a question about the user; undefined when the path asks none. Only administrators come here. */
export function review(path: string, user: User, body: unknown): unknown {
  if (path === '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews') {
    return { ...fieldsAt(body), status: { allowed: true } };
  }
  if (path === '/apis/authentication.k8s.io/v1/selfsubjectreviews') {
    return { ...fieldsAt(body), status: { userInfo: { username: user.name, groups: user.groups } } };
  }
  return undefined;
}
