import { z } from 'zod';
import { isDnsName } from './text.ts';

/*
 * Labels and taints, as kubelets and the API server take them (kubernetes: cmd/kubelet/app/options/options.go,
 * ValidateKubeletFlags; pkg/util/taints; apimachinery: pkg/util/validation, IsQualifiedName and IsValidLabelValue).
 */

/** Optional DNS prefix, then a name of at most 63 characters. */
const labelKey = z
  .string()
  .max(317)
  .regex(
    /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    'must be a Kubernetes label key',
  )
  .refine(
    (key) => !key.includes('/') || isDnsName(prefixOf(key)),
    'must be a Kubernetes label key: its prefix is no DNS name',
  );
const labelValue = z
  .string()
  .regex(
    /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/,
    'must be a Kubernetes label value of at most 63 characters',
  );

/**
 * Labels that one group may have. With 20 taints, all as long as can be, its user-data still fits into what Nova takes.
 */
const MOST_LABELS = 50;

/** Labels of a group's nodes. */
export const labelsSchema = z
  .record(labelKey, labelValue)
  .default({})
  .refine((labels) => Object.keys(labels).length <= MOST_LABELS, `must have at most ${MOST_LABELS} labels`)
  .refine(
    (labels) =>
      Object.keys(labels).every(
        (key) => !['kubernetes.io', 'k8s.io', 'slipway.dev'].some((domain) => isBelow(key, domain)),
      ),
    'labels below kubernetes.io, k8s.io and slipway.dev are reserved',
  )
  .describe('Labels of the nodes, at most 50');

const taintSchema = z.strictObject({
  key: labelKey
    .refine(
      (key) => !['node.kubernetes.io', 'node.cloudprovider.kubernetes.io'].includes(prefixOf(key)),
      'taints of node.kubernetes.io and node.cloudprovider.kubernetes.io are set and removed by Kubernetes itself',
    )
    .describe('Key of the taint'),
  value: labelValue.default('').describe('Value of the taint'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .describe('What happens to pods that do not tolerate it'),
});

/** Taints of a group's nodes. A kubelet does not start with two of one key and effect. */
export const taintsSchema = z
  .array(taintSchema)
  .max(20)
  .default([])
  .refine(
    (taints) => new Set(taints.map(({ key, effect }) => `${key}:${effect}`)).size === taints.length,
    'two taints have the same key and effect',
  )
  .describe('Taints of the nodes');

const prefixOf = (key: string): string => (key.includes('/') ? key.slice(0, key.indexOf('/')) : '');

const isBelow = (key: string, domain: string): boolean =>
  prefixOf(key) === domain || prefixOf(key).endsWith(`.${domain}`);
