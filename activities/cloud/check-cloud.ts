import type { CheckCloudInput, CloudReport, ClusterSpec, DoctorCheck } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { type CloudLook, CREDENTIAL, LOOKS, SMALL_CLUSTER } from './cloud-looks.ts';
import type { Cloud, Clouds } from './clouds.ts';
import { lookAtToken } from '../secrets/look-at-token.ts';
import { preFlight } from './pre-flight/pre-flight.ts';
import { call } from './session.ts';

/**
 * Says what a cloud lacks to hold clusters, or the given one. Nothing is changed; one check that fails does not hide
 * the others. The worker's own token for the cloud is renewed, so that a role that was missing is there from now on.
 * The first check is of the worker's token for Vault, without which it does not even reach the cloud.
 */
export const checkCloud =
  ({ clouds, vault }: { clouds: Clouds; vault: VaultClient }) =>
  async ({ cloud: name, spec }: CheckCloudInput): Promise<CloudReport> => {
    const token = await lookAtToken(vault, call().signal);
    const cloud = await clouds.renew(name);
    const credential = await check(cloud, CREDENTIAL);
    if (!credential.ok) return { checks: [token, credential] };
    const looks = [...LOOKS, ...(spec === undefined ? [SMALL_CLUSTER] : [cluster(spec)])];
    return { checks: [token, credential, ...(await Promise.all(looks.map((look) => check(cloud, look))))] };
  };

/** The same that a creation checks before it makes anything. */
const cluster = (spec: ClusterSpec): CloudLook => ({
  id: 'cloud.cluster',
  title: `Cluster ${spec.name}`,
  fix: 'change the specification, or ask the cloud’s operator',
  look: async (cloud) => {
    const { needs, problems } = await preFlight(cloud, spec);
    if (problems.length > 0) throw new Error(problems.join('; '));
    return needs;
  },
});

async function check(cloud: Cloud, { id, title, fix, look }: CloudLook): Promise<DoctorCheck> {
  try {
    return { id, title, ok: true, detail: await look(cloud) };
  } catch (error) {
    call().signal.throwIfAborted();
    if (error instanceof Error) return { id, title, ok: false, detail: error.message, fix };
    throw error;
  }
}
