import { cancellationSignal } from '@temporalio/activity';
import { parse } from 'yaml';
import { z } from 'zod';
import type { AddonRelease, ChartValues, ClusterFacts } from '../../addons/index.ts';
import type { ClusterSpec } from '../../model/index.ts';
import { statusOf } from '../kubernetes/cluster-api.ts';
import { kubernetesFailure } from '../kubernetes/failures.ts';
import type { HelmRun } from './helm-run.ts';

/** The values of a chart, and what of them is secret: for Helm's input alone. */
export interface PreparedValues {
  readonly values: ChartValues;
  readonly secrets: readonly string[];
}

/** The values of an addon in this cluster, with those from Vault. */
export async function prepareValues(
  run: HelmRun,
  release: AddonRelease,
  { id, spec }: { readonly id: string; readonly spec: ClusterSpec },
): Promise<PreparedValues> {
  const values: Record<string, unknown> = structuredClone(release.values(await clusterFacts(run, id, spec)));
  const secrets: string[] = [];
  for (const [path, reference] of Object.entries(release.secretValues)) {
    const secret = await readSecret(run, reference);
    secrets.push(secret);
    setValue(values, path.split('.'), secret);
  }
  return { values, secrets };
}

async function readSecret(run: HelmRun, reference: string): Promise<string> {
  const [path = '', field = ''] = reference.split('#');
  const schema = z.looseObject({ [field]: z.string() });
  // The schema has asked for it.
  return (await run.vault.kv.read(path, schema, cancellationSignal()))[field] as string;
}

/** Sets a value at a path of names; what is in the way and no object gives way. */
function setValue(values: Record<string, unknown>, path: readonly string[], value: string): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    values[name] = value;
    return;
  }
  const inner = values[name];
  const object: Record<string, unknown> =
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? { ...inner } : {};
  values[name] = object;
  setValue(object, rest, value);
}

async function clusterFacts(run: HelmRun, id: string, spec: ClusterSpec): Promise<ClusterFacts> {
  const { kubernetes, controlPlane, name } = spec;
  const server = new URL(run.api.config.getCurrentCluster()?.server ?? '');
  return {
    ...{ id, name, controlPlanes: controlPlane.count },
    kubernetesVersion: kubernetes.version,
    podCidr: kubernetes.podCidr,
    serviceCidr: kubernetes.serviceCidr,
    dnsDomain: kubernetes.dnsDomain,
    api: { host: server.hostname.replace(/^\[|\]$/g, ''), port: Number(server.port || 443) },
    kubeletCertificatesSigned: await asksForCertificates(run),
  };
}

/** The kubelets' configuration, which kubeadm keeps in the cluster (kubeadm: phases/kubelet, WriteConfigToDisk). */
async function asksForCertificates({ api }: HelmRun): Promise<boolean> {
  try {
    const target = { name: 'kubelet-config', namespace: 'kube-system' };
    const { data } = await api.core.readNamespacedConfigMap(target, api.options());
    return kubeletConfig.safeParse(parse(data?.['kubelet'] ?? '')).data?.serverTLSBootstrap === true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw kubernetesFailure(error, 'reading the kubelets’ configuration');
  }
}

const kubeletConfig = z.looseObject({ serverTLSBootstrap: z.boolean().optional() });
