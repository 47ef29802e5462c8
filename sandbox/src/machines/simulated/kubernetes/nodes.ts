import { at, fieldsAt, listAt, textAt, textMapAt, type KubeObject } from './object.ts';

/** Whether a node's Ready condition is True. */
export function isNodeReady(node: KubeObject): boolean {
  return listAt(node, 'status', 'conditions').some(
    (item) => at(item, 'type') === 'Ready' && at(item, 'status') === 'True',
  );
}

/** Whether a node's kubelet has stopped reporting. */
export function isNodeLost(node: KubeObject): boolean {
  return listAt(node, 'status', 'conditions').some(
    (item) => at(item, 'type') === 'Ready' && at(item, 'status') === 'Unknown',
  );
}

function tolerates(tolerations: readonly unknown[], taint: unknown): boolean {
  return tolerations.some((toleration) => {
    const key = textAt(toleration, 'key');
    const effect = textAt(toleration, 'effect');
    if (effect !== '' && effect !== at(taint, 'effect')) return false;
    if (key === '') return at(toleration, 'operator') === 'Exists';
    if (key !== at(taint, 'key')) return false;
    return at(toleration, 'operator') === 'Exists' || textAt(toleration, 'value') === textAt(taint, 'value');
  });
}

/** Whether a pod with this spec may be put on a node by its node selector and the node's taints. */
export function fits(podSpec: unknown, node: KubeObject, ignoreUnschedulable = false): boolean {
  if (at(node, 'spec', 'unschedulable') === true && !ignoreUnschedulable) return false;
  const labels = node.metadata.labels ?? {};
  const wanted = Object.entries(textMapAt(podSpec, 'nodeSelector'));
  if (!wanted.every(([key, value]) => labels[key] === value)) return false;
  const tolerations = listAt(podSpec, 'tolerations');
  return listAt(node, 'spec', 'taints')
    .filter((taint) => at(taint, 'effect') !== 'PreferNoSchedule')
    .every((taint) => {
      const automatic = ignoreUnschedulable && textAt(taint, 'key').startsWith('node.kubernetes.io/');
      return automatic || tolerates(tolerations, taint);
    });
}

/** A node's status with another Ready condition. */
export function withReady(
  node: KubeObject,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
  now: string,
): KubeObject {
  const conditions = listAt(node, 'status', 'conditions').map((item) => {
    const type = at(item, 'type');
    if (type !== 'Ready' && status !== 'Unknown') return item;
    const value = type === 'Ready' || status === 'Unknown' ? status : at(item, 'status');
    return { ...fieldsAt(item), status: value, reason, message, lastTransitionTime: now };
  });
  return { ...node, status: { ...fieldsAt(node, 'status'), conditions } };
}
