import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const argumentsSchema = z.array(z.object({ name: z.string().min(1), value: z.string() })).default([]);
const taintSchema = z.looseObject({
  key: z.string().min(1),
  value: z.string().optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
});
const nodeRegistrationSchema = z
  .looseObject({
    name: z.string().min(1).optional(),
    criSocket: z.string().default('unix:///var/run/containerd/containerd.sock'),
    taints: z.array(taintSchema).nullish(),
    kubeletExtraArgs: argumentsSchema,
  })
  .prefault({});
const endpointSchema = z
  .looseObject({ advertiseAddress: z.string().optional(), bindPort: z.int().positive().default(6443) })
  .prefault({});
const tokenSchema = z.string().regex(/^[a-z0-9]{6}\.[a-z0-9]{16}$/u, 'a token is [a-z0-9]{6}.[a-z0-9]{16}');

const initSchema = z.looseObject({
  nodeRegistration: nodeRegistrationSchema,
  localAPIEndpoint: endpointSchema,
  bootstrapTokens: z.array(z.looseObject({ token: tokenSchema.optional(), ttl: z.string().optional() })).optional(),
  skipPhases: z.array(z.string()).default([]),
});
const clusterSchema = z.looseObject({
  kubernetesVersion: z.string().optional(),
  clusterName: z.string().default('kubernetes'),
  controlPlaneEndpoint: z.string().default(''),
  networking: z
    .looseObject({
      podSubnet: z.string().default(''),
      serviceSubnet: z.string().default('10.96.0.0/12'),
      dnsDomain: z.string().default('cluster.local'),
    })
    .prefault({}),
  apiServer: z.looseObject({ certSANs: z.array(z.string()).default([]), extraArgs: argumentsSchema }).prefault({}),
});
const joinSchema = z.looseObject({
  nodeRegistration: nodeRegistrationSchema,
  controlPlane: z.looseObject({ localAPIEndpoint: endpointSchema }).nullish(),
  discovery: z.looseObject({
    bootstrapToken: z.looseObject({
      token: tokenSchema,
      apiServerEndpoint: z.string().regex(/^\S+:\d+$/u, 'host:port'),
      caCertHashes: z.array(z.string()).default([]),
      unsafeSkipCAVerification: z.boolean().default(false),
    }),
  }),
});

/** `nodeRegistration` of a kubeadm document. */
export type NodeRegistration = z.infer<typeof nodeRegistrationSchema>;
/** A kubeadm InitConfiguration, as far as the simulated machines read it. */
export type InitConfiguration = z.infer<typeof initSchema>;
/** A kubeadm ClusterConfiguration, as far as the simulated machines read it. */
export type ClusterConfiguration = z.infer<typeof clusterSchema>;
/** A kubeadm JoinConfiguration, as far as the simulated machines read it. */
export type JoinConfiguration = z.infer<typeof joinSchema>;

/** What a machine is told to do. */
export type KubeadmConfig =
  | {
      readonly role: 'init';
      readonly init: InitConfiguration;
      readonly cluster: ClusterConfiguration;
      readonly clusterYaml: string;
    }
  | { readonly role: 'join'; readonly join: JoinConfiguration };

/** What stands for the machine's own values in kubeadm.yaml, and is put in on the machine. */
export interface Placeholders {
  readonly serverId: string;
  readonly serverName: string;
  readonly localAddress: string;
}

const apiVersion = 'kubeadm.k8s.io/v1beta4';
const kubeadmKinds = new Set(['InitConfiguration', 'ClusterConfiguration', 'JoinConfiguration']);

function check<T>(schema: z.ZodType<T>, kind: string, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`kubeadm.yaml: ${kind}: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
}

/** Puts the machine's values in the place of `@SERVER_ID@`, `@SERVER_NAME@` and `@LOCAL_IPV4@`. */
export function fillPlaceholders(text: string, values: Placeholders): string {
  return text
    .replaceAll('@SERVER_ID@', values.serverId)
    .replaceAll('@SERVER_NAME@', values.serverName)
    .replaceAll('@LOCAL_IPV4@', values.localAddress);
}

/**
 * Reads the YAML documents of a kubeadm.yaml (v1beta4) as kubeadm does; documents of other components are skipped.
 * @throws Error with the reason, in one line.
 */
export function parseKubeadmConfig(text: string): KubeadmConfig {
  const found = new Map<string, { readonly value: unknown; readonly yaml: string }>();
  for (const document of parseAllDocuments(text)) {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`kubeadm.yaml is not YAML: ${error.message.split('\n')[0] ?? ''}`);
    const value: unknown = document.toJS();
    if (value === null) continue;
    const head = check(z.looseObject({ kind: z.string(), apiVersion: z.string() }), 'document', value);
    if (!kubeadmKinds.has(head.kind)) continue;
    if (head.apiVersion !== apiVersion)
      throw new Error(`kubeadm.yaml: ${head.kind}: apiVersion is "${head.apiVersion}", not "${apiVersion}"`);
    found.set(head.kind, { value, yaml: document.toString() });
  }
  const join = found.get('JoinConfiguration');
  if (join !== undefined) return { role: 'join', join: check(joinSchema, 'JoinConfiguration', join.value) };
  const init = found.get('InitConfiguration');
  const cluster = found.get('ClusterConfiguration');
  if (init === undefined && cluster === undefined)
    throw new Error('kubeadm.yaml holds no InitConfiguration, ClusterConfiguration or JoinConfiguration');
  return {
    role: 'init',
    init: check(initSchema, 'InitConfiguration', init?.value ?? {}),
    cluster: check(clusterSchema, 'ClusterConfiguration', cluster?.value ?? {}),
    clusterYaml: cluster?.yaml ?? '',
  };
}

/** The value of the last argument with this name, as the kubelet takes it. */
export function argument(registration: NodeRegistration, name: string): string | undefined {
  return registration.kubeletExtraArgs.findLast((candidate) => candidate.name === name)?.value;
}
