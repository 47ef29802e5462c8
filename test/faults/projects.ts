import type { OpenStackClient } from 'openstack-client-ts';
import { z } from 'zod';
import { ownResources } from '../support/cloud-inventory.ts';
import { rolesOf } from '../support/user-roles.ts';
import type { House } from './house.ts';

/** Everything in a project, one text for each resource with all its fields. */
export type Inventory = ReadonlyMap<string, { readonly kind: string; readonly name: string; readonly text: string }>;

/** Makes a project for the ordinary user in which quotas are no limit. */
export async function makeProject({ admin, demo }: Pick<House, 'admin' | 'demo'>, name: string): Promise<void> {
  const identity = admin.service('identity');
  const made = z.looseObject({ project: z.looseObject({ id: z.string() }) });
  const token = await demo.identity.token();
  const { project } = await identity.json('POST', '/projects', made, {
    json: { project: { name, domain_id: 'default' } },
  });
  for (const role of await rolesOf(admin, token))
    await identity.request('PUT', `/projects/${project.id}/users/${token.user.id}/roles/${role}`);
  const unlimited = (...names: string[]) => Object.fromEntries(names.map((one) => [one, -1]));
  const compute = unlimited('instances', 'cores', 'ram', 'server_groups', 'server_group_members');
  const network = unlimited(
    ...['network', 'subnet', 'port', 'router', 'floatingip', 'security_group', 'security_group_rule'],
  );
  await admin.service('compute').request('PUT', `/os-quota-sets/${project.id}`, { json: { quota_set: compute } });
  await admin.service('network').request('PUT', `/quotas/${project.id}`, { json: { quota: network } });
}

/** What a project holds: the emulator tells, real services are asked for their lists. */
export async function inventoryOf(house: House, project: string, client: OpenStackClient): Promise<Inventory> {
  const rows = house.cloud === 'emulator' ? await emulatorRows(house, project) : await listedRows(client);
  return new Map(rows);
}

type Row = readonly [key: string, { kind: string; name: string; text: string }];

const inventorySchema = z.looseObject({
  projects: z.record(z.string(), z.looseObject({ resources: z.record(z.string(), z.array(z.looseObject({}))) })),
});
const namedSchema = z.looseObject({
  id: z.string().optional(),
  name: z.string().optional(),
  description: z.string().nullish(),
});

/** Rules and addresses have no name; what describes them tells them apart. */
function rowOf(kind: string, row: object): Row {
  const { id, name = '', description } = namedSchema.parse(row);
  return [`${kind} ${id ?? name}`, { kind, name: name === '' ? (description ?? '') : name, text: textOf(row) }];
}

/** Services promise no order of the lists within a resource. */
const textOf = (row: object): string =>
  JSON.stringify(row, (_, value: unknown) => (Array.isArray(value) ? [...(value as unknown[])].sort(byText) : value));
const byText = (one: unknown, other: unknown): number => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);

async function emulatorRows(house: House, project: string): Promise<Row[]> {
  const { projects } = inventorySchema.parse(await house.sandbox('GET', `inventory?project=${project}`));
  return Object.values(projects).flatMap(({ resources }) =>
    Object.entries(resources).flatMap(([kind, list]) => list.map((row) => rowOf(kind, row))),
  );
}

const tenantSchema = z.looseObject({ project_id: z.string().optional(), tenant_id: z.string().optional() });

/** Networks and images of others are in the lists, too. */
async function listedRows(client: OpenStackClient): Promise<Row[]> {
  const { project } = await client.identity.token();
  const found = await ownResources(client, AbortSignal.timeout(60_000));
  return found.flatMap(({ type, row }) => {
    const { project_id, tenant_id } = tenantSchema.parse(row);
    return (project_id ?? tenant_id ?? project?.id) === project?.id && type !== 'image' ? [rowOf(type, row)] : [];
  });
}
