import { z } from 'zod';

/*
 * What an addon is: data first, and one pure function. A folder per addon; `index.ts` is the table of them.
 */

/** Values of a Helm chart: plain JSON. */
export type ChartValues = Readonly<Record<string, unknown>>;

/** What is known of a cluster when an addon's values are made: from its specification, and as it was observed. */
export interface ClusterFacts {
  readonly id: string;
  readonly name: string;
  /** Without a leading `v`. */
  readonly kubernetesVersion: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly dnsDomain: string;
  /** Where the API server is reached from outside, and by what must work without kube-proxy. */
  readonly api: { readonly host: string; readonly port: number };
  readonly controlPlanes: number;
  /** Whether kubelets ask the cluster's authority for their serving certificates; else they sign their own. */
  readonly kubeletCertificatesSigned: boolean;
  /** Digest of what the cluster's programs are told of its cloud (`cloud-config.ts`); empty where they are not. */
  readonly cloudConfig: string;
}

/** A chart where upstream publishes it. */
export interface UpstreamChart {
  readonly name: string;
  /** `oci://<registry>/<path>` without the chart's name, or the `https://` address of a chart repository. */
  readonly repository: string;
}

/** A version of the chart, and the minor versions of Kubernetes that upstream says it runs on. */
export interface AddonVersion {
  readonly chart: string;
  readonly app: string;
  /** First and last minor version, `1.34`; without a last one, every later one too. */
  readonly kubernetes: { readonly from: string; readonly to?: string };
  /** SHA-256 of the chart's archive (.tgz); another archive is refused. Absent where it is not known. */
  readonly sha256?: string;
}

/** What must hold before an addon counts as ready, beside what Helm waits for. */
export type ReadyCheck =
  /** The API server reaches the server behind an APIService. */
  | { readonly kind: 'api-service'; readonly name: string }
  /** No node waits any more for a cloud controller to look at it. */
  | { readonly kind: 'nodes-initialized' }
  /** A custom resource definition is served. */
  | { readonly kind: 'custom-resource'; readonly name: string }
  /** A dry run creates the object: the webhooks that look at its kind answer. */
  | { readonly kind: 'admission'; readonly plural: string; readonly object: AdmittedObject };

/** An object that a webhook lets in. */
interface AdmittedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: ChartValues;
}

/** Kinds of resources that an addon makes in the cloud, which deletion has to find. */
type CloudKind = 'load balancer' | 'floating IP' | 'security group' | 'volume' | 'snapshot' | 'share' | 'DNS record';

type AddonShape = { required: z.ZodDefault<z.ZodBoolean> };
type AddonOptions = z.ZodObject<AddonShape, z.core.$strict>;

/** An addon of the catalogue. */
export interface Addon<Options extends AddonOptions = AddonOptions> {
  readonly title: string;
  /** What a user has of it, in one sentence. */
  readonly summary: string;
  /** Name of the Helm release. */
  readonly release: string;
  readonly namespace: string;
  readonly chart: UpstreamChart;
  /** The newest first: the first one that fits the cluster's Kubernetes is taken. */
  readonly versions: readonly AddonVersion[];
  /** What a user writes under `addons.<key>`; made by {@link addonOptions}. */
  readonly options: Options;
  /** The chart's values: the same for the same options and facts. */
  values(options: z.output<Options>, cluster: ClusterFacts): ChartValues;
  /**
   * Values that are secret: references to Vault by their path in the values, names joined by dots. A path leads through
   * objects only, and no name in it holds a dot.
   */
  secretValues?(options: z.output<Options>): Readonly<Record<string, string>>;
  /**
   * The chart of its custom resource definitions, where upstream has taken them out of its own chart: a release that
   * comes first, in the same version, without values.
   */
  readonly crds?: { readonly release: string; readonly chart: UpstreamChart; readonly sha256?: string };
  /**
   * `cloudCredential`: it speaks with the cloud. The cluster gets a credential of its own, in the Secret of
   * `cloud-config.ts`, before the first addon that needs it comes.
   */
  readonly needs?: 'cloudCredential';
  /** Keys of the addons that come before it where they are wanted too. */
  readonly after: readonly string[];
  /** `network`: nodes are not Ready without it, so it comes as soon as the API answers. */
  readonly stage: 'network' | 'rest';
  readonly ready: readonly ReadyCheck[];
  /** What it makes in the cloud. */
  readonly leaves: readonly CloudKind[];
  /** Images that its Pods run, without tags: for mirrors and inventories. */
  readonly images: readonly string[];
  readonly links: { readonly documentation: string; readonly chart: string };
}

/** Gives an addon its own type, and checks it. */
export const addon = <Options extends AddonOptions>(definition: Addon<Options>): Addon<Options> => definition;

/** The options of an addon: its own, and whether the cluster is of use without it. */
export const addonOptions = <Shape extends z.core.$ZodShape>(
  { required }: { readonly required: boolean },
  shape: Shape,
) =>
  z.strictObject({
    required: z
      .boolean()
      .default(required)
      .describe(
        'Whether the operation fails when this addon does; else the failure is shown, and the operation goes on',
      ),
    ...shape,
  });
