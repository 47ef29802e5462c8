import { defaultCacheDirectory } from './config.ts';
import { machine } from './machine-step.ts';
import { kubernetes } from './parts.ts';
import { stepDirectory } from './step.ts';

/** Where the image that this source tree describes is, or will be once it is built. */
export async function machineImageDirectory(cache: string = defaultCacheDirectory()): Promise<string> {
  return stepDirectory(cache, machine);
}

/**
 * Where kubeadm, kubelet and kube-apiserver of the image are, or will be once it is built: as they are, without what
 * the image puts before them.
 */
export async function kubernetesDirectory(cache: string = defaultCacheDirectory()): Promise<string> {
  return stepDirectory(cache, kubernetes);
}
