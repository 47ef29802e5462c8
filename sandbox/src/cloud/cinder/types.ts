import { z } from 'zod';
import type { Cloud } from '../cloud.ts';
import { readBoolean, wantedVisibility } from '../http/paging.ts';
import { accepted, isRecord, ok, type Call, type Service } from '../http/service.ts';
import { takesBySchema } from '../http/takes.ts';
import { uuid } from '../store/ids.ts';
import { omit } from '../store/omit.ts';
import { checkBody } from './check.ts';
import { badRequest, cinderDialect, notFound, policyForbidden } from './errors.ts';
import { dictionaryFilter, filtersOf } from './filters.ts';
import { pageOf } from './listing.ts';
import type { VolumeType } from './rows.ts';
import {
  createTypeSchema,
  extraSpecsSchema,
  oneExtraSpecSchema,
  typeAccessSchemas,
  updateTypeSchema,
} from './schemas.ts';

const flag = z
  .union([z.boolean(), z.string()])
  .optional()
  .transform((value) => (value === undefined ? undefined : (readBoolean(String(value)) ?? false)));
const specs = z.record(z.string(), z.string().nullable());
const creation = z.object({
  volume_type: z.object({
    name: z.string(),
    description: z.string().nullish(),
    extra_specs: specs.default({}),
    'os-volume-type-access:is_public': flag,
  }),
});
const update = z.object({
  volume_type: z.object({ name: z.string().nullish(), description: z.string().nullish(), is_public: flag }),
});

/** Extra specs that everybody sees (cinder:cinder/policies/type_extra_specs.py, USER_VISIBLE_EXTRA_SPECS). */
const visible = ['RESKEY:availability_zones', 'multiattach', 'replication_enabled'];

/** `/types`, their extra specs, and who may use those that are not public. */
export function typeRoutes(service: Service, cloud: Cloud): void {
  const { volumeTypes, volumes } = cloud.tables;
  const view = (call: Call, row: VolumeType, extended = true) => ({
    id: row.id,
    name: row.name,
    description: row.description,
    is_public: row.isPublic,
    ...(extended && { 'os-volume-type-access:is_public': row.isPublic }),
    ...(call.who.isAdmin && { qos_specs_id: null }),
    extra_specs: call.who.isAdmin
      ? row.extra_specs
      : Object.fromEntries(Object.entries(row.extra_specs).filter(([name]) => visible.includes(name))),
  });
  const requireAdmin = (call: Call, rule: string): void => {
    if (!call.who.isAdmin) throw policyForbidden(`volume_extension:${rule}`);
  };
  const find = (call: Call): VolumeType => {
    const id = call.params['id'] ?? '';
    const row = volumeTypes.get(id);
    if (!row || !maySee(call, row)) throw notFound(`Volume type ${id} could not be found.`);
    return row;
  };

  service.get('/v3/types', (call) => {
    const { query } = call;
    filtersOf(call, 'volume_type', 52);
    const isPublic = wantedVisibility(query.get('is_public'), badRequest);
    const wanted = call.who.isAdmin || call.microversion >= 52 ? dictionaryFilter(query.get('extra_specs')) : {};
    if (!call.who.isAdmin && Object.keys(wanted).some((name) => !visible.includes(name))) {
      return ok({ volume_types: [] });
    }
    const found = volumeTypes
      .all()
      .filter((row) => maySee(call, row))
      .filter((row) => !call.who.isAdmin || isPublic === undefined || row.isPublic === isPublic)
      .filter((row) => Object.entries(wanted).every(([name, value]) => row.extra_specs[name] === value));
    return ok({ volume_types: pageOf(call, 'Volume type', found).items.map((row) => view(call, row)) });
  });
  service.get('/v3/types/default', (call) => {
    const row = volumeTypes.all().find(({ isDefault }) => isDefault);
    if (!row) throw notFound('Default volume type can not be found.');
    return ok({ volume_type: view(call, row, false) });
  });
  service.get('/v3/types/:id', (call) => ok({ volume_type: view(call, find(call)) }));

  const checkName = (name: string, id?: string): void => {
    if (volumeTypes.all().some((row) => row.name === name && row.id !== id)) {
      throw cinderDialect.error(409, `Volume Type ${name} already exists.`);
    }
  };
  service.post('/v3/types', takesBySchema(createTypeSchema), (call) => {
    checkBody(createTypeSchema, call.body);
    requireAdmin(call, 'type_create');
    const { volume_type: wanted } = service.parse(creation, call.body);
    checkName(wanted.name);
    const row = volumeTypes.insert({
      id: uuid(),
      name: wanted.name,
      description: wanted.description ?? null,
      isDefault: false,
      isPublic: wanted['os-volume-type-access:is_public'] ?? true,
      extra_specs: wanted.extra_specs,
      projects: [],
    });
    return ok({ volume_type: view(call, row) });
  });
  service.put('/v3/types/:id', takesBySchema(updateTypeSchema), (call) => {
    checkBody(updateTypeSchema, call.body);
    requireAdmin(call, 'type_update');
    const { name, description, is_public: isPublic } = service.parse(update, call.body).volume_type;
    if (name?.trim() === '') throw badRequest('Volume type name can not be empty.');
    if ((name ?? description ?? isPublic ?? null) === null) {
      throw badRequest('Specify volume type name, description, is_public or a combination thereof.');
    }
    const row = find(call);
    if (typeof name === 'string') checkName(name, row.id);
    const before = row.name;
    volumeTypes.patch(row, {
      ...(typeof name === 'string' && { name }),
      ...(typeof description === 'string' && { description }),
      ...(isPublic !== undefined && { isPublic }),
    });
    for (const volume of volumes.all())
      if (volume.volumeType === before) volumes.patch(volume, { volumeType: row.name });
    return ok({ volume_type: view(call, row) });
  });
  service.delete('/v3/types/:id', (call) => {
    requireAdmin(call, 'type_delete');
    const row = find(call);
    if (row.isDefault) {
      throw badRequest(`The volume type ${row.id} is the default volume type and cannot be deleted.`);
    }
    if (volumes.all().some(({ volumeType }) => volumeType === row.name)) {
      throw badRequest('Target volume type is still in use.');
    }
    volumeTypes.delete(row.id);
    return accepted();
  });

  const specsPath = '/v3/types/:id/extra_specs';
  service.get(specsPath, (call) => ok({ extra_specs: view(call, find(call)).extra_specs }));
  service.post(specsPath, takesBySchema(extraSpecsSchema), (call) => {
    checkBody(extraSpecsSchema, call.body);
    requireAdmin(call, 'types_extra_specs:create');
    const row = find(call);
    const { extra_specs } = service.parse(z.object({ extra_specs: specs }), call.body);
    volumeTypes.patch(row, { extra_specs: { ...row.extra_specs, ...extra_specs } });
    return ok({ extra_specs });
  });
  const spec = (call: Call): readonly [row: VolumeType, key: string] => {
    const row = find(call);
    const key = call.params['key'] ?? '';
    if (!(key in view(call, row).extra_specs)) {
      throw notFound(`Volume Type ${row.id} has no extra specs with key ${key}.`);
    }
    return [row, key];
  };
  service.get(`${specsPath}/:key`, (call) => {
    const [row, key] = spec(call);
    return ok({ [key]: row.extra_specs[key] });
  });
  service.put(`${specsPath}/:key`, takesBySchema(oneExtraSpecSchema), (call) => {
    checkBody(oneExtraSpecSchema, call.body);
    requireAdmin(call, 'types_extra_specs:update');
    const row = find(call);
    const wanted = service.parse(specs, call.body);
    if (!((call.params['key'] ?? '') in wanted)) throw badRequest('Request body and URI mismatch');
    volumeTypes.patch(row, { extra_specs: { ...row.extra_specs, ...wanted } });
    return ok(wanted);
  });
  service.delete(`${specsPath}/:key`, (call) => {
    requireAdmin(call, 'types_extra_specs:delete');
    const [row, key] = spec(call);
    volumeTypes.patch(row, { extra_specs: omit(row.extra_specs, key) });
    return accepted();
  });

  service.get('/v3/types/:id/os-volume-type-access', (call) => {
    requireAdmin(call, 'volume_type_access');
    const row = find(call);
    if (row.isPublic) throw notFound('Access list not available for public volume types.');
    return ok({ volume_type_access: row.projects.map((id) => ({ volume_type_id: row.id, project_id: id })) });
  });
  const access = z.object({ project: z.string() });
  const actions = z.object({ addProjectAccess: access.optional(), removeProjectAccess: access.optional() });
  service.post('/v3/types/:id/action', takesBySchema(...Object.values(typeAccessSchemas)), (call) => {
    const [name = ''] = Object.keys(isRecord(call.body) ? call.body : {});
    const schema = typeAccessSchemas[name];
    if (schema) checkBody(schema, call.body);
    const read = actions.safeParse(call.body);
    const wanted = read.data?.addProjectAccess ?? read.data?.removeProjectAccess;
    if (!wanted) throw badRequest('There is no such action: os-volume-type-access');
    const isAddition = read.data?.addProjectAccess !== undefined;
    requireAdmin(call, `volume_type_access:${isAddition ? 'addProjectAccess' : 'removeProjectAccess'}`);
    const row = find(call);
    const { project } = wanted;
    if (row.isPublic && isAddition) {
      throw cinderDialect.error(409, 'Project is already allowed to access a public volume type.');
    }
    if (isAddition && row.projects.includes(project)) {
      throw cinderDialect.error(409, `Volume type access for ${row.id} / ${project} combination already exists.`);
    }
    if (!isAddition && !row.projects.includes(project)) {
      throw notFound(`Volume type access not found for ${row.id} / ${project} combination.`);
    }
    volumeTypes.patch(row, {
      projects: isAddition ? [...row.projects, project] : row.projects.filter((one) => one !== project),
    });
    return accepted();
  });
}

/** Whether somebody may see and use a type. */
export const maySee = ({ who }: Call, row: VolumeType): boolean =>
  who.isAdmin || row.isPublic || row.projects.includes(who.projectId);
