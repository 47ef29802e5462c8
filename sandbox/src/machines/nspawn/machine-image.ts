import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.looseObject({ kubeVersion: z.string(), images: z.array(z.string()) });

/** What machines boot from, as `sandbox/image` builds it. */
export interface MachineImage {
  readonly rootfs: string;
  /** A filled /var/lib/containerd. */
  readonly containerd: string;
  /** With a leading `v`, as Glance's property `kube_version` has it. */
  readonly kubeVersion: string;
}

/** Reads the image in a folder. @throws Error saying how to build it if there is none. */
export async function readMachineImage(directory: string): Promise<MachineImage> {
  const text = await readFile(join(directory, 'manifest.json'), 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new Error(
      `there is no machine image in ${directory}: build it with "npm run image" (root; 10 to 15 minutes the first time)`,
    );
  }
  const { kubeVersion } = manifestSchema.parse(JSON.parse(text));
  return { rootfs: join(directory, 'rootfs'), containerd: join(directory, 'containerd'), kubeVersion };
}
