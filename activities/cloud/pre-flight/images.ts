import type { Image } from 'openstack-client-ts';
import type { ClusterSpec } from '../../../model/index.ts';
import type { Cloud } from '../clouds.ts';
import { listed } from '../ownership.ts';
import { call } from '../session.ts';
import type { Group } from './groups.ts';
import { orMissing, type Report } from './report.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The image of each group, by the group's name: the one that is named, or the newest active one whose property
 * `kube_version` is the cluster's version, as kubernetes-sigs/image-builder sets it (images/capi/packer/openstack).
 */
export async function findImages(
  cloud: Cloud,
  spec: ClusterSpec,
  groups: readonly Group[],
  report: Report,
): Promise<Record<string, Image>> {
  const version = `v${spec.kubernetes.version}`;
  const wanted = [...new Set(groups.map(({ template }) => template.image))];
  const found = new Map(
    await Promise.all(
      wanted.map(async (image) => [image, await (image ? findNamed(cloud, image) : findOf(cloud, version))] as const),
    ),
  );
  const images: Record<string, Image> = {};
  for (const { name: group, template } of groups) {
    const image = found.get(template.image);
    if (image) images[group] = image;
    if (template.image === undefined) {
      if (!image) report('imageOfVersion', { version });
    } else if (!image) report('image', { image: template.image, group });
    else judge(image, template.image, group, version, report);
  }
  return images;
}

function judge(image: Image, named: string, group: string, version: string, report: Report): void {
  const { status, kube_version: held } = image;
  if (status !== 'active') report('imageStatus', { image: named, group, status });
  if (typeof held === 'string' && held !== version) report('imageVersion', { image: named, group, held, version });
}

async function findOf({ client }: Cloud, version: string): Promise<Image | undefined> {
  return newest(await listed(client.image.images, { status: 'active', kube_version: version }));
}

/**
 * By name, an active one before others; by id, which shows those that lists do not (Glance: community and hidden
 * images).
 */
async function findNamed({ client }: Cloud, image: string): Promise<Image | undefined> {
  const named = await listed(client.image.images, { name: image });
  const byName = newest(named.filter(({ status }) => status === 'active')) ?? newest(named);
  if (byName || !UUID.test(image)) return byName;
  return orMissing(client.image.images.get(image, call()));
}

const newest = (images: readonly Image[]): Image | undefined =>
  [...images].sort((a, b) => (b.created_at ?? '').localeCompare(a.created_at ?? ''))[0];

/**
 * GiB that a machine's disk needs for an image: Nova and Cinder refuse less (nova: compute/api.py,
 * _validate_flavor_image_nostatus).
 */
export function leastDisk({ min_disk: least, size, virtual_size: virtual }: Image): number {
  return Math.max(least ?? 0, Math.ceil(Math.max(size ?? 0, virtual ?? 0) / 1024 ** 3));
}

/** An image's name for a person. */
export const nameOf = ({ id, name }: Image): string => name ?? id;
