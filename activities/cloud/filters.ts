/** Parameters that say how a list is answered, not what is in it. */
const NO_FILTERS = new Set(['limit', 'marker', 'offset', 'sort', 'sort_key', 'sort_dir', 'page_reverse', 'fields']);

/**
 * What Nova's filter `status` looks at: not the status that it tells, which depends on the task, too (nova:
 * nova/api/openstack/common.py).
 */
const VM_STATES: Readonly<Record<string, string>> = { ACTIVE: 'active', BUILD: 'building', ERROR: 'error' };

/** Whether a row is one that filters ask for. A field that the row does not have proves nothing. */
export function matches(row: object, filters: object): boolean {
  const fields = new Map<string, unknown>(Object.entries(row));
  return Object.entries(filters).every(([name, wanted]: [string, unknown]) => {
    if (NO_FILTERS.has(name) || wanted === undefined) return true;
    const actual = fields.get(name);
    const values: unknown[] = Array.isArray(wanted) ? wanted : [wanted];
    if (name === 'tags') return Array.isArray(actual) && values.every((tag) => actual.some((one) => equal(one, tag)));
    if (name === 'fixed_ips')
      return Array.isArray(actual) && values.some((value) => actual.some((ip) => has(ip, value)));
    const state = name === 'status' ? fields.get('OS-EXT-STS:vm_state') : undefined;
    return values.some((value) => equal(actual, value) || (state !== undefined && VM_STATES[String(value)] === state));
  });
}

/** Whether an object has a field that is written `name=value`. */
function has(object: unknown, field: unknown): boolean {
  const [name = '', value] = String(field).split('=');
  return typeof object === 'object' && object !== null && equal(Reflect.get(object, name), value);
}

/**
 * As the services' databases compare: without case, accents and spaces at the end. What is so equal was asked for,
 * though it may not be ours.
 */
function equal(actual: unknown, wanted: unknown): boolean {
  const [one, other] = [textOf(actual), textOf(wanted)];
  return one !== undefined && other !== undefined && one.localeCompare(other, 'en', { sensitivity: 'base' }) === 0;
}

function textOf(value: unknown): string | undefined {
  const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return plain ? String(value).trimEnd() : undefined;
}
