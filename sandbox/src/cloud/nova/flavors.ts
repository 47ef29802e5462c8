import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { accepted, ok, type Call, type Service } from '../http/service.ts';
import { takesBySchema } from '../http/takes.ts';
import { paginate, readBoolean, sortRows, wantedVisibility } from '../http/paging.ts';
import { uuid } from '../store/ids.ts';
import type { Schema } from '../http/json-schema.ts';
import { checkBody, checkQuery } from './check.ts';
import { anyText, boolean, many, name, nonNegativeInteger, strict } from './parameter-types.ts';
import { badRequest, conflict, notFound, policyForbidden } from './errors.ts';
import { nextPageLinks } from './next-page.ts';
import type { Flavor } from './rows.ts';
import { novaVersions } from './microversions.ts';

const largest = 0x7fffffff;
const positive: Schema = {
  type: ['integer', 'string'],
  pattern: '^[0-9]*$',
  minimum: 1,
  maximum: largest,
  minLength: 1,
};
const notNegative: Schema = { ...positive, minimum: 0 };
/** nova:nova/api/openstack/compute/schemas/flavors.py */
const createSchema = (minor: number): Schema =>
  strict(
    {
      flavor: strict(
        {
          name,
          id: {
            type: ['string', 'number', 'null'],
            minLength: 1,
            maxLength: 255,
            pattern: '^(?! )[a-zA-Z0-9. _-]+(?<! )$',
          },
          ram: positive,
          vcpus: positive,
          disk: notNegative,
          'OS-FLV-EXT-DATA:ephemeral': notNegative,
          swap: notNegative,
          rxtx_factor: { type: ['number', 'string'], pattern: '^[0-9]+(\\.[0-9]+)?$', minimum: 0 },
          'os-flavor-access:is_public': boolean,
          ...(minor >= 55 && { description: { type: ['string', 'null'], minLength: 0, maxLength: 65_535 } }),
        },
        ['name', 'ram', 'vcpus', 'disk'],
      ),
    },
    ['flavor'],
  );
const number = z.union([z.number(), z.string()]).transform(Number);
const createBody = z.object({
  flavor: z.object({
    id: z.union([z.string(), z.number()]).nullish(),
    name: z.string(),
    vcpus: number,
    ram: number,
    disk: number,
    'OS-FLV-EXT-DATA:ephemeral': number.default(0),
    swap: number.default(0),
    rxtx_factor: number.default(1),
    'os-flavor-access:is_public': z
      .union([z.boolean(), z.string()])
      .default(true)
      .transform((value) => readBoolean(String(value)) ?? true),
    description: z.string().nullish(),
  }),
});
/** nova:nova/api/openstack/compute/schemas/flavors_extraspecs.py */
const extraSpecsSchema = strict(
  {
    extra_specs: {
      type: 'object',
      patternProperties: { '^[a-zA-Z0-9-_:. ]{1,255}$': { type: ['string', 'number'], maxLength: 255 } },
      additionalProperties: false,
    },
  },
  ['extra_specs'],
);
const extraSpecsBody = z.object({
  extra_specs: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)),
});

/** The sort keys of Nova that the sandbox keeps a field for. */
const sortFields: Readonly<Record<string, keyof Flavor>> = {
  flavorid: 'id',
  id: 'id',
  name: 'name',
  memory_mb: 'ram',
  root_gb: 'disk',
  ephemeral_gb: 'ephemeral',
  swap: 'swap',
  vcpus: 'vcpus',
  is_public: 'is_public',
  description: 'description',
};
const sortKeys = [
  ...['created_at', 'description', 'disabled', 'ephemeral_gb', 'flavorid', 'id', 'is_public', 'memory_mb', 'name'],
  ...['root_gb', 'rxtx_factor', 'swap', 'updated_at', 'vcpu_weight', 'vcpus'],
];
const listQuery = (minor: number): Schema => ({
  type: 'object',
  properties: {
    limit: many(nonNegativeInteger),
    marker: anyText,
    is_public: anyText,
    minRam: anyText,
    minDisk: anyText,
    sort_key: many({ type: 'string', enum: sortKeys }),
    sort_dir: many({ type: 'string', enum: ['asc', 'desc'] }),
  },
  additionalProperties: minor < 75,
});

/** `/flavors` */
export function flavorRoutes(service: Service, cloud: Cloud): void {
  const { flavors, servers } = cloud.tables;
  const links = (call: Call, id: string) => [
    { rel: 'self', href: `${call.origin}/compute/v2.1/flavors/${id}` },
    { rel: 'bookmark', href: `${call.origin}/compute/flavors/${id}` },
  ];
  const view = (call: Call, flavor: Flavor) => ({
    id: flavor.id,
    name: flavor.name,
    vcpus: flavor.vcpus,
    ram: flavor.ram,
    disk: flavor.disk,
    swap: flavor.swap === 0 ? (call.microversion >= 75 ? 0 : '') : flavor.swap,
    'OS-FLV-EXT-DATA:ephemeral': flavor.ephemeral,
    'OS-FLV-DISABLED:disabled': false,
    'os-flavor-access:is_public': flavor.is_public,
    rxtx_factor: flavor.rxtx_factor,
    links: links(call, flavor.id),
    ...(call.microversion >= 55 && { description: flavor.description }),
    ...(call.microversion >= 61 && { extra_specs: flavor.extra_specs }),
  });
  const find = (call: Call): Flavor => {
    const id = call.params['id'] ?? '';
    const flavor = flavors.get(id);
    if (!flavor || (!flavor.is_public && !call.who.isAdmin)) throw notFound(`Flavor ${id} could not be found.`);
    return flavor;
  };
  const requireAdmin = (call: Call, rule: string): void => {
    if (!call.who.isAdmin) throw policyForbidden(`os_compute_api:${rule}`);
  };
  const list = (call: Call, detail: boolean) => {
    checkQuery(listQuery(call.microversion), call);
    const least = (name: string): number => {
      const text = call.query.get(name) ?? '0';
      if (!/^\s*[-+]?\d+\s*$/.test(text)) throw badRequest(`Invalid ${name} filter [${text}]`);
      return Number(text);
    };
    const minRam = least('minRam');
    const minDisk = least('minDisk');
    const isPublic = call.who.isAdmin ? wantedVisibility(call.query.get('is_public'), badRequest) : true;
    const key = sortFields[call.query.get('sort_key') ?? 'flavorid'] ?? 'id';
    const found = flavors
      .all()
      .filter((flavor) => flavor.ram >= minRam && flavor.disk >= minDisk)
      .filter((flavor) => isPublic === undefined || flavor.is_public === isPublic);
    const rows = sortRows(found, [
      { key, descending: call.query.get('sort_dir') === 'desc' },
      { key: 'id', descending: call.query.get('sort_dir') === 'desc' },
    ]);
    const limit = Math.min(Number(call.query.get('limit') ?? cloud.computeMaxLimit), cloud.computeMaxLimit);
    const marker = call.query.get('marker') ?? undefined;
    const slice = paginate(rows, { limit, marker });
    if (!slice) throw badRequest(`marker [${marker ?? ''}] not found`);
    const last = slice.items.at(-1);
    const short = (flavor: Flavor) => ({
      id: flavor.id,
      name: flavor.name,
      links: links(call, flavor.id),
      ...(call.microversion >= 55 && { description: flavor.description }),
    });
    return ok({
      flavors: slice.items.map((flavor) => (detail ? view(call, flavor) : short(flavor))),
      ...(last &&
        slice.items.length === limit && {
          flavors_links: nextPageLinks(call, last.id),
        }),
    });
  };
  service.get('/v2.1/flavors', (call) => list(call, false));
  service.get('/v2.1/flavors/detail', (call) => list(call, true));
  service.get('/v2.1/flavors/:id', (call) => ok({ flavor: view(call, find(call)) }));
  service.get('/v2.1/flavors/:id/os-extra_specs', (call) => ok({ extra_specs: find(call).extra_specs }));
  service.post('/v2.1/flavors/:id/os-extra_specs', takesBySchema(extraSpecsSchema), (call) => {
    checkBody(extraSpecsSchema, call.body);
    requireAdmin(call, 'os-flavor-extra-specs:create');
    const flavor = find(call);
    const { extra_specs } = service.parse(extraSpecsBody, call.body);
    flavors.patch(flavor, { extra_specs: { ...flavor.extra_specs, ...extra_specs } });
    return ok({ extra_specs });
  });
  service.post('/v2.1/flavors', takesBySchema(createSchema(novaVersions.max)), (call) => {
    checkBody(createSchema(call.microversion), call.body);
    requireAdmin(call, 'os-flavor-manage:create');
    const { flavor: wanted } = service.parse(createBody, call.body);
    if (flavors.all().some(({ name }) => name === wanted.name))
      throw conflict(`Flavor with name ${wanted.name} already exists.`);
    const id = wanted.id === null || wanted.id === undefined || wanted.id === 'auto' ? uuid() : String(wanted.id);
    if (flavors.get(id)) throw conflict(`Flavor with ID ${id} already exists.`);
    const row = flavors.insert({
      id,
      name: wanted.name,
      vcpus: wanted.vcpus,
      ram: wanted.ram,
      disk: wanted.disk,
      ephemeral: wanted['OS-FLV-EXT-DATA:ephemeral'],
      swap: wanted.swap,
      rxtx_factor: wanted.rxtx_factor,
      is_public: wanted['os-flavor-access:is_public'],
      description: wanted.description ?? null,
      extra_specs: {},
    });
    return ok({ flavor: view(call, row) });
  });
  service.delete('/v2.1/flavors/:id', (call) => {
    requireAdmin(call, 'os-flavor-manage:delete');
    flavors.delete(find(call).id);
    return accepted();
  });

  service.get('/v2.1/os-availability-zone', () =>
    ok({ availabilityZoneInfo: [{ zoneName: cloud.zone, zoneState: { available: true }, hosts: null }] }),
  );
  service.get('/v2.1/os-availability-zone/detail', (call) => {
    requireAdmin(call, 'os-availability-zone:detail');
    const hosts = [...new Set(servers.all().flatMap(({ host }) => host ?? []))];
    return ok({
      availabilityZoneInfo: [
        {
          zoneName: cloud.zone,
          zoneState: { available: true },
          hosts: Object.fromEntries(hosts.map((host) => [host, { 'nova-compute': { available: true, active: true } }])),
        },
      ],
    });
  });
}
