import type { CaseContext } from '../kit/case.ts';

export const IMAGE_REFERENCE = 'https://docs.openstack.org/api-ref/image/v2/';

/** The values of a small image. */
export const small = (more: object = {}) => ({ name: 'img', disk_format: 'raw', container_format: 'bare', ...more });

/** Makes an image that can be used, with this text for its data, and removes it in the end. */
export async function activeImage(
  { user, cleanUp }: Pick<CaseContext, 'user' | 'cleanUp'>,
  more: object = {},
  data = 'data',
) {
  const made = await user.image.images.create(small(more));
  cleanUp(() => user.image.images.delete(made.id));
  await user.image.images.upload(made.id, data);
  return made;
}

/** Makes an image without data, and removes it in the end. */
export async function queuedImage({ user, cleanUp }: Pick<CaseContext, 'user' | 'cleanUp'>, more: object = {}) {
  const made = await user.image.images.create(small(more));
  cleanUp(() => user.image.images.delete(made.id));
  return made;
}
