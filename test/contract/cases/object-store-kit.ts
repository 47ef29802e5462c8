import type { CaseContext, PlainReply } from '../kit/case.ts';

/** Swift's API reference. */
export const SWIFT = 'https://docs.openstack.org/api-ref/object-store/';

/** A request to Swift as it is; the path begins below the account. */
export type Ask = (
  method: string,
  path: string,
  options?: { readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
) => Promise<PlainReply>;

/** Sends requests to the account of the case's project. Texts are sent as texts. */
export const asks =
  ({ send }: CaseContext): Ask =>
  (method, path, { headers, body } = {}) =>
    send({
      service: 'object-store',
      method,
      path,
      headers: { ...(body !== undefined && { 'content-type': 'text/plain' }), ...headers },
      ...(body !== undefined && { body }),
    });

/** Makes a container, unrecorded, which goes with all that is in it. */
export async function makeContainer(context: CaseContext, name = 'box'): Promise<string> {
  const { containers } = context.user.objectStore;
  await context.quietly(() => containers.create(name));
  emptied(context, name);
  return name;
}

/** Deletes a container with what is in it at the end of the case. */
export function emptied({ cleanUp, user }: CaseContext, name: string): void {
  const { containers, objects } = user.objectStore;
  cleanUp(async () => {
    for (const one of await objects.list(name).all()) await objects.delete(name, one.name);
    await containers.delete(name);
  });
}

/** Stores objects, unrecorded. */
export async function fill(
  { quietly, user }: CaseContext,
  container: string,
  objects: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, data] of Object.entries(objects)) {
    await quietly(() => user.objectStore.objects.put(container, name, data, { contentType: 'text/plain' }));
  }
}

/** MD5 of `one`, `two` and `three`, which are what most cases store. */
export const md5 = {
  one: 'f97c5d29941bfb1b2fdab0874906ab82',
  two: 'b8a9f715dbb64fd5c56e7783c6820a61',
  three: '35d6d33467aae9a2e3dccb4b6b027878',
} as const;
