import { pythonText } from '../http/python-repr.ts';
import { isRecord, noContent, ok, type Call, type Service } from '../http/service.ts';
import { takesNothing } from '../http/takes.ts';
import { enforce, type Allows } from './attributes.ts';
import { asRecord, bump } from './base-row.ts';
import { badRequest, internalError, invalidInput, neutronError } from './errors.ts';
import type { Resource } from './resource.ts';
import type { NeutronRow } from './rows.ts';
import { listOf, string } from './validators.ts';

/** Most tags that a resource can have. */
const MOST_TAGS = 50;
const tag = string(255);
const tagList = listOf(tag);

/** `…/<id>/tags` and `…/<id>/tags/<tag>` (openstack/neutron:neutron/extensions/tagging.py). */
export function tagRoutes<T extends NeutronRow>(
  service: Service,
  path: string,
  resource: Resource<T>,
  allows: (call: Call, target: Readonly<Record<string, unknown>>) => Allows,
): void {
  const missing = (name: string) => neutronError(404, 'TagNotFound', `Tag ${name} could not be found.`);
  const find = (call: Call, action: string): T => {
    const id = call.params['id'] ?? '';
    const row = resource.table.get(id);
    // Neutron does not expect this, and fails.
    if (!row) throw internalError();
    enforce(call, `${action}_${resource.singular}:tags`, {}, {}, allows(call, asRecord(row)));
    return row;
  };
  const listIn = (call: Call): string[] => {
    if (!isRecord(call.body) || !('tags' in call.body)) throw invalidInput('Invalid tags body');
    const { tags } = call.body;
    const problem = tagList(tags);
    if (problem !== undefined) throw invalidInput(problem);
    return Array.isArray(tags) ? tags.map(pythonText) : [];
  };
  const nameIn = (call: Call): string => {
    const name = call.params['tag'] ?? '';
    // A slash ends the path's segment there, also an escaped one.
    if (name.includes('/')) throw neutronError(404, 'HTTPNotFound', 'The resource could not be found.');
    const problem = tag(name);
    if (problem !== undefined) throw invalidInput(problem);
    return name;
  };
  const limit = (tags: readonly string[]): void => {
    if (tags.length > MOST_TAGS)
      throw badRequest(resource.plural, `The number of tags exceed the per-resource limit of ${MOST_TAGS}`);
  };
  const change = (row: T, tags: string[]): void => {
    const same = tags.length === row.tags.length && tags.every((name) => row.tags.includes(name));
    if (same) return;
    row.tags = tags;
    bump(row);
  };

  service.get(`${path}/:id/tags`, (call) => ok({ tags: find(call, 'get').tags }));
  service.put(`${path}/:id/tags`, ['tags'], (call) => {
    const tags = listIn(call);
    const row = find(call, 'update');
    limit(tags);
    change(row, tags);
    return ok({ tags });
  });
  service.post(`${path}/:id/tags`, ['tags'], (call) => {
    const tags = listIn(call);
    const row = find(call, 'create');
    limit(tags);
    change(row, [...new Set([...row.tags, ...tags])]);
    return ok({ tags: row.tags });
  });
  service.delete(`${path}/:id/tags`, (call) => {
    change(find(call, 'delete'), []);
    return noContent();
  });
  service.get(`${path}/:id/tags/:tag`, (call) => {
    const name = nameIn(call);
    if (!find(call, 'get').tags.includes(name)) throw missing(name);
    return noContent();
  });
  service.put(`${path}/:id/tags/:tag`, takesNothing, (call) => {
    const name = nameIn(call);
    const row = find(call, 'update');
    const tags = [...new Set([...row.tags, name])];
    limit(tags);
    change(row, tags);
    return { status: 201, body: Buffer.from('null'), headers: { 'content-type': 'application/json' } };
  });
  service.delete(`${path}/:id/tags/:tag`, (call) => {
    const name = nameIn(call);
    const row = find(call, 'delete');
    if (!row.tags.includes(name)) throw missing(name);
    change(
      row,
      row.tags.filter((one) => one !== name),
    );
    return noContent();
  });
}
