import { setTimeout as sleep } from 'node:timers/promises';
import { readAuthority, serveCertificate } from '../certificates.ts';
import type { EtcdIdentity } from './server.ts';
import { EtcdError } from './errors.ts';

const folder = '/etc/kubernetes/pki/etcd';
const attemptMilliseconds = 50;
/** kubeadm's default of `timeouts.etcdAPICall`. */
const patienceMilliseconds = 120_000;

/**
 * Asks etcd until it does it, as kubeadm does: another member may be a learner, or not run yet. @throws EtcdError the
 * last one
 */
export async function retryEtcd<T>(ask: () => T, signal: AbortSignal): Promise<T> {
  const deadline = Date.now() + patienceMilliseconds;
  for (;;) {
    try {
      return ask();
    } catch (error) {
      if (!(error instanceof EtcdError) || Date.now() > deadline) throw error;
    }
    await sleep(attemptMilliseconds, undefined, { signal });
  }
}

/**
 * The certificates of the etcd on a machine: those that were delivered to it, else made with the authority's key, as
 * kubeadm does.
 * @throws Error when neither can be used
 */
export async function etcdIdentity(
  files: ReadonlyMap<string, string>,
  names: readonly string[],
): Promise<EtcdIdentity> {
  const authority = files.get(`${folder}/ca.crt`);
  const certificate = files.get(`${folder}/server.crt`);
  const key = files.get(`${folder}/server.key`);
  if (authority === undefined) throw new Error(`${folder}/ca.crt was not delivered`);
  if (certificate !== undefined && key !== undefined) return { authority, certificate, key };
  const made = await serveCertificate(readAuthority(authority, files.get(`${folder}/ca.key`) ?? ''), [
    ...names,
    'localhost',
    '127.0.0.1',
  ]);
  return { authority, ...made };
}
