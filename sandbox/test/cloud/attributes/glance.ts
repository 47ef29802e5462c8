import { ignored, kept, refused, type Expectation, type Walk } from './expectation.ts';
import type { World } from './world.ts';

const readOnly = [
  ...['created_at', 'updated_at', 'status', 'checksum', 'size', 'virtual_size', 'direct_url', 'self', 'file', 'schema'],
  ...['os_hash_algo', 'os_hash_value'],
];

/** What images take: any other name is a property of the image. */
export function glanceWalks(world: World): Readonly<Record<string, Walk>> {
  const { id, next } = world;
  const image = {
    name: kept('jammy'),
    visibility: kept('private'),
    protected: kept(true),
    os_hidden: kept(true),
    owner: kept(id('project'), { user: 'admin' }),
    container_format: kept('ovf'),
    disk_format: kept('qcow2'),
    tags: kept(['blue']),
    min_ram: kept(77),
    min_disk: kept(7),
  };
  const refusals = Object.fromEntries(
    readOnly.map((name) => [name, refused('x', /is read-only|is reserved|read-only/)]),
  );
  /** A change as a JSON patch. */
  const patched = (expectations: Readonly<Record<string, Expectation>>) =>
    Object.fromEntries(
      Object.entries(expectations).map(([name, one]): [string, Expectation] => [
        name,
        {
          ...one,
          more: { ...one.more, body: [{ op: 'add', path: `/${name.replace('*', 'anything')}`, value: one.value }] },
        },
      ]),
    );
  return {
    'POST /v2/images': {
      body: () => ({ name: `image-${next()}` }),
      attributes: {
        ...image,
        ...refusals,
        id: kept('0a0a0a0a-0000-4000-8000-000000000001'),
        '*': kept('value'),
      },
    },
    'PATCH /v2/images/:id': {
      headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' },
      user: 'admin',
      params: { id: id('own-image') },
      attributes: patched({
        ...image,
        ...refusals,
        id: refused('0a0a0a0a-0000-4000-8000-000000000002', /read-only/),
        '*': kept('value'),
      }),
      unknown: () => ignored('x', 'never asked'),
    },
  };
}
