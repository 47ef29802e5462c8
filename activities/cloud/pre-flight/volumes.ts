import { ConfigurationError, type Image } from 'openstack-client-ts';
import type { Cloud } from '../clouds.ts';
import { listed } from '../ownership.ts';
import type { Group } from './groups.ts';
import { leastDisk, nameOf } from './images.ts';
import { type Report, someNames } from './report.ts';

/** Whether the volumes that machines boot from can be made: Nova asks Cinder only when a machine is on its host. */
export async function checkVolumes(
  { client }: Cloud,
  groups: readonly Group[],
  images: Readonly<Record<string, Image>>,
  report: Report,
): Promise<void> {
  const wanted = groups.flatMap(({ name, template: { rootVolume } }) =>
    rootVolume ? [{ group: name, rootVolume }] : [],
  );
  if (wanted.length === 0) return;
  const types = await listed(client.blockStorage.types)
    .all()
    .catch((error: unknown) => {
      if (error instanceof ConfigurationError) return undefined;
      throw error;
    });
  for (const { group, rootVolume } of wanted) {
    const { type, sizeGiB: size } = rootVolume;
    const image = images[group];
    const least = image === undefined ? 0 : leastDisk(image);
    if (types === undefined) report('volumeService', { group });
    else if (type !== undefined && !types.some((one) => one.id === type || one.name === type))
      report('volumeType', { type, group, names: someNames(types) });
    if (image !== undefined && size < least) report('volumeSize', { group, size, image: nameOf(image), least });
  }
}
