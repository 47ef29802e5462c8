import type { Image } from 'openstack-client-ts';
import type { ClusterSpec } from '../../model/index.ts';
import type { Cloud } from './clouds.ts';
import { listed } from './ownership.ts';

/**
 * The id of the image for machines: by name or id, or the newest active image whose property `kube_version` is the cluster's version,
 * as kubernetes-sigs/image-builder sets it (images/capi/packer/openstack). Undefined when there is none.
 */
export async function findImage(
  { client }: Cloud,
  spec: ClusterSpec,
  image: string | undefined,
): Promise<string | undefined> {
  if (image === undefined) {
    const images = await listed(client.image.images, {
      status: 'active',
      kube_version: `v${spec.kubernetes.version}`,
    });
    return newest(images)?.id;
  }
  const byName = newest(await listed(client.image.images, { status: 'active', name: image }));
  if (byName) return byName.id;
  const [byId] = await listed(client.image.images, { status: 'active', id: image });
  return byId?.id;
}

const newest = (images: readonly Image[]): Image | undefined =>
  [...images].sort((a, b) => (b.created_at ?? '').localeCompare(a.created_at ?? ''))[0];
