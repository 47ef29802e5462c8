import type { Machine } from './driver.ts';

const header = /^##\s*template:\s*jinja\s*$/iu;
/**
 * How cloud-init shows a variable that is not there (canonical/cloud-init:cloudinit/templater.py,
 * MISSING_JINJA_PREFIX).
 */
const missing = 'CI_MISSING_JINJA_VAR/';

/**
 * The instance data that cloud-init's templates see (canonical/cloud-init:cloudinit/sources/__init__.py,
 * _get_standardized_metadata).
 */
function instanceData(machine: Machine): Readonly<Record<string, unknown>> {
  const fullName = `${machine.name}.novalocal`.toLowerCase();
  const standard = {
    availability_zone: machine.availabilityZone,
    cloud_name: 'openstack',
    cloud_id: 'openstack',
    distro: 'ubuntu',
    instance_id: machine.id,
    local_hostname: fullName.split('.')[0],
    platform: 'openstack',
    public_ssh_keys: machine.publicKeys.map(({ key }) => key),
  };
  const metaData = {
    uuid: machine.id,
    instance_id: machine.id,
    name: machine.name,
    hostname: fullName,
    local_hostname: fullName,
    availability_zone: machine.availabilityZone,
    project_id: machine.projectId,
    launch_index: 0,
    meta: machine.metadata,
  };
  return { ...standard, v1: standard, ds: { meta_data: metaData } };
}

/**
 * User-data as cloud-init reads it on one machine: with `## template: jinja` as its first line it is a template of
 * jinja, of which simulated machines know variables, comments and `raw`
 * (canonical/cloud-init:cloudinit/handlers/jinja_template.py).
 * @throws Error for what they do not know
 */
export function renderUserData(machine: Machine): string {
  const { userData } = machine;
  const [first = ''] = userData.split('\n', 1);
  if (!header.test(first.trim())) return userData;
  const data = instanceData(machine);
  const parts = /\{%-?\s*raw\s*-?%\}(.*?)\{%-?\s*endraw\s*-?%\}|\{#.*?#\}|\{\{-?(.*?)-?\}\}|(\{%.*?%\})/gsu;
  return userData
    .slice(first.length + 1)
    .replaceAll(parts, (_whole: string, raw?: string, expression?: string, tag?: string) => {
      if (tag !== undefined) throw new Error(`user-data: simulated machines do not know ${tag} of jinja`);
      return expression === undefined ? (raw ?? '') : valueOf(data, expression.trim());
    });
}

/** A variable by its path: `ds.meta_data.name`, `ds['meta_data']['name']`. A hyphen in a name may be an underscore. */
function valueOf(data: unknown, expression: string): string {
  const literal = /^(?:"([^"]*)"|'([^']*)')$/u.exec(expression);
  if (literal) return literal[1] ?? literal[2] ?? '';
  if (!/^[A-Za-z_]\w*(?:\.\w+|\[(?:'[^']+'|"[^"]+")\])*$/u.test(expression)) {
    throw new Error(`user-data: simulated machines do not know the expression {{ ${expression} }} of jinja`);
  }
  const path = [...expression.matchAll(/\w[\w-]*/gu)].map(([name]) => name.replaceAll('-', '_'));
  let value = data;
  for (const name of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    if (value === undefined) return missing + (path.at(-1) ?? '');
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}
