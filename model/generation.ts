import { canonicalJson } from './same-spec.ts';

/** A generation has so many hexadecimal digits: with 40 bits two of one cluster never meet. */
const DIGITS = 10;

/** The generation of machines that were made before machines had one. It is older than any other. */
export const NO_GENERATION = '';

/**
 * What the machines of a set are made of, as far as only new machines can be made of something else. Not here is what
 * is changed without new machines: counts, labels, taints, security groups, who may reach the API; what says where
 * machines are: zones, server groups; and what is one machine's or secret: names, addresses, tokens, certificates.
 */
export interface MachineMake {
  /** Glance's id, as it was found in the cloud: a name can come to mean another image. */
  readonly imageId: string;
  /** Nova's id, for the same reason. */
  readonly flavorId: string;
  readonly kubernetesVersion: string;
  readonly rootVolume?: { readonly sizeGiB: number; readonly type?: string | undefined } | undefined;
  /** Name of Nova's key pair; cloud-init reads it once, at the first boot. */
  readonly sshKey?: string | undefined;
  /** JSON: the part of the user-data that is the same for every machine of the set, and no secret. */
  readonly userData: unknown;
}

/**
 * The generation of machines that are made of this: the same for the same, in whatever order its fields are.
 *
 * @param sha256 of a text, in hexadecimal digits; workflows have no cryptography
 */
export const generationOf = (make: MachineMake, sha256: (text: string) => string): string =>
  sha256(canonicalJson(make)).slice(0, DIGITS);

/** A machine that is a Ready node, as {@link countGenerations} counts it. */
export interface CountedMachine {
  readonly generation: string;
  /** Its kubelet's, without a leading `v`. */
  readonly kubernetesVersion: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** How many machines of a set are of one generation. */
export interface GenerationCount {
  readonly generation: string;
  readonly count: number;
  readonly kubernetesVersion: string;
}

/**
 * Counts machines by generation. The generation of the youngest machine is the last, the one before began before it,
 * and so on; machines of none are first.
 */
export function countGenerations(machines: readonly CountedMachine[]): GenerationCount[] {
  const counts = new Map<string, GenerationCount>();
  const youngestFirst = [...machines].sort(
    (a, b) => b.createdAt.localeCompare(a.createdAt) || b.generation.localeCompare(a.generation),
  );
  for (const { generation, kubernetesVersion } of youngestFirst) {
    const count = (counts.get(generation)?.count ?? 0) + 1;
    counts.set(generation, { kubernetesVersion, ...counts.get(generation), generation, count });
  }
  const oldestFirst = [...counts.values()].reverse();
  const isNone = ({ generation }: GenerationCount): boolean => generation === NO_GENERATION;
  return [...oldestFirst.filter(isNone), ...oldestFirst.filter((one) => !isNone(one))];
}
