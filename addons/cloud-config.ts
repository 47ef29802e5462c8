/** The Secret in a cluster that holds its own credential of the cloud, where cloud-provider-openstack's charts look. */
export const CLOUD_CONFIG = { namespace: 'kube-system', name: 'cloud-config', file: 'cloud.conf' } as const;

/** Annotation of that Secret, and of the Pods that read it: a digest of what is in it, less what is secret. */
export const CLOUD_CONFIG_ANNOTATION = 'slipway.dev/cloud-config';

/** Annotations of Pods that read the Secret when they start: with another digest they are started anew. */
export const cloudConfigAnnotations = (digest: string): Readonly<Record<string, string>> => ({
  [CLOUD_CONFIG_ANNOTATION]: digest,
});
