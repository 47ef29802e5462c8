import type { V1Node } from '@kubernetes/client-node';

/** Whether the node's kubelet says that it is Ready, and its control plane believes it. */
export const isReady = (node: V1Node | undefined): boolean =>
  node?.status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') ?? false;

/**
 * Annotation of a node that an operation has cordoned: the workflow id of the cluster's operations. Others' cordons
 * have none, and are never undone.
 */
export const CORDONED_BY = 'slipway.dev/cordoned-by';
