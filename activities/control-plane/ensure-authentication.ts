import { ApplicationFailure } from '@temporalio/activity';
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { type ClusterSpec, FailureType } from '../../model/index.ts';
import { authenticationSettings, hasIssuers } from '../bootstrap/index.ts';
import { type ClusterApi, statusOf } from '../kubernetes/cluster-api.ts';
import { kubernetesFailure } from '../kubernetes/failures.ts';

/** Where kubeadm keeps the configuration that control planes take when they join. */
const CONFIG_MAP = { name: 'kubeadm-config', namespace: 'kube-system' };
const KEY = 'ClusterConfiguration';

const listSchema = z.array(z.looseObject({ name: z.string() })).nullish();
const configurationSchema = z.looseObject({
  apiServer: z.looseObject({ extraArgs: listSchema, extraVolumes: listSchema }).nullish(),
});

/**
 * Brings what kubeadm keeps in the cluster to the specification: whether API servers read an
 * AuthenticationConfiguration. A machine that joins takes its flags and mounts from there, and the file itself from its
 * user-data; the two must fit. The rest of it stays as it is.
 */
export async function ensureAuthentication(api: ClusterApi, id: string, spec: ClusterSpec): Promise<void> {
  const what = `bringing the ConfigMap kube-system/kubeadm-config of ${id} to its users`;
  try {
    const { data, metadata } = await api.core.readNamespacedConfigMap(CONFIG_MAP, api.options());
    const text = withAuthentication(data?.[KEY] ?? '', hasIssuers(spec));
    if (text === undefined) return;
    const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch, api.options());
    const body = { metadata: { resourceVersion: metadata?.resourceVersion }, data: { [KEY]: text } };
    await api.core.patchNamespacedConfigMap({ ...CONFIG_MAP, body }, options);
  } catch (error) {
    if (statusOf(error) !== 409) throw kubernetesFailure(error, what);
    throw ApplicationFailure.retryable(`${what}: it was just changed`, FailureType.KubernetesUnavailable);
  }
}

/** The configuration with or without it, as YAML; undefined where it is so already. */
function withAuthentication(text: string, wanted: boolean): string | undefined {
  const { argument, volume } = authenticationSettings;
  const configuration = configurationSchema.parse(parse(text, { version: '1.1' }));
  const lists = {
    extraArgs: configuration.apiServer?.extraArgs ?? [],
    extraVolumes: configuration.apiServer?.extraVolumes ?? [],
  };
  const isThere = [
    lists.extraArgs.some(({ name }) => name === argument.name),
    lists.extraVolumes.some(({ name }) => name === volume.name),
  ];
  if (isThere.every((there) => there === wanted)) return undefined;
  const apiServer = {
    ...configuration.apiServer,
    extraArgs: [...lists.extraArgs.filter(({ name }) => name !== argument.name), ...(wanted ? [argument] : [])],
    extraVolumes: [...lists.extraVolumes.filter(({ name }) => name !== volume.name), ...(wanted ? [volume] : [])],
  };
  return stringify({ ...configuration, apiServer }, { version: '1.1', lineWidth: 0 });
}
