import { ApiError } from './api-error.ts';
import type { User } from './authentication.ts';
import { disruptionOf, podsOf } from './disruptions.ts';
import { at, fieldsAt, numberAt, textAt, textMapAt, timestamp, type KubeObject } from './object.ts';
import type { Registry } from './registry.ts';
import { resourceOf, type ResourceType } from './resource-type.ts';
import { objectSelector } from './selectors.ts';

const replicasPath = (type: ResourceType) => type.custom?.scale?.replicas ?? ['spec', 'replicas'];
const currentPath = (type: ResourceType) => type.custom?.scale?.current ?? ['status', 'replicas'];

/** The `scale` subresource of a controller. */
export function asScale(type: ResourceType, object: KubeObject): Record<string, unknown> {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const labels = Object.entries(textMapAt(object, 'spec', 'selector', 'matchLabels'));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberAt(object, 0, ...replicasPath(type)) },
    status: {
      replicas: numberAt(object, 0, ...currentPath(type)),
      selector: labels.map(([key, value]) => `${key}=${value}`).join(','),
    },
  };
}

/** A controller with another number of replicas. */
export function withReplicas(type: ResourceType, object: KubeObject, replicas: number): KubeObject {
  const set = (value: unknown, [name, ...rest]: readonly string[]): unknown =>
    name === undefined ? replicas : { ...fieldsAt(value), [name]: set(at(value, name), rest) };
  const [first = 'spec', ...rest] = replicasPath(type);
  return { ...object, [first]: set(object[first], rest) };
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

/**
 * Evicts a pod: deletes it unless a disruption budget forbids it.
 * @throws ApiError 404, 429
 */
export function evictPod(registry: Registry, namespace: string | undefined, name: string, eviction: unknown): unknown {
  const pods = resourceOf('Pod');
  const pod = registry.get(pods, namespace, name);
  for (const budget of registry.store.values(resourceOf('PodDisruptionBudget'), namespace)) {
    if (!objectSelector(at(budget, 'spec', 'selector'))(pod)) continue;
    if (disruptionOf(budget, podsOf(registry, budget)).room > 0) continue;
    throw new ApiError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
      causes: [
        { reason: 'DisruptionBudget', message: `The disruption budget ${budget.metadata.name} needs all its pods` },
      ],
    });
  }
  const asked = at(eviction, 'deleteOptions', 'dryRun');
  registry.delete(pods, namespace, name, { dryRun: Array.isArray(asked) && asked.includes('All') });
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
