import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { authOptionsSchema } from './auth-options.ts';
import type { Interface } from './catalog.ts';
import type { ClientOptions } from './client.ts';
import { describeIssues } from './issues.ts';
import { ConfigurationError } from './errors.ts';

/** Where a cloud is looked for. All of it is optional. */
export interface CloudSource {
  /** Name of an entry in clouds.yaml; default `OS_CLOUD`. */
  cloud?: string | undefined;
  /** The clouds.yaml to read; default `OS_CLIENT_CONFIG_FILE`, then the usual places. */
  cloudsFile?: string | undefined;
  /** The secure.yaml to read; default `OS_CLIENT_SECURE_FILE`, then the usual places. */
  secureFile?: string | undefined;
  /** Environment variables; default the process's. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Folder that counts as `./`; default the process's. */
  cwd?: string | undefined;
}

type Section = Record<string, unknown>;

const flag = z.union([z.boolean(), z.stringbool()]);

/** What is read of an entry of clouds.yaml; everything else is looked at for `<service>_…` settings only. */
const cloudSchema = z.looseObject({
  auth: authOptionsSchema.default({}),
  auth_type: z.string().optional(),
  region_name: z.string().optional(),
  regions: z.array(z.union([z.string(), z.looseObject({ name: z.string() })])).default([]),
  interface: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
  endpoint_type: z.string().optional(),
  verify: flag.optional(),
  insecure: flag.optional(),
  /** A file, or the PEM itself; so `cert` and `key`. */
  cacert: z.string().optional(),
  cert: z.string().optional(),
  key: z.string().optional(),
  api_timeout: z.coerce.number().positive().optional(),
});

const AUTH_TYPES: Readonly<Record<string, string>> = {
  password: 'password',
  v3password: 'password',
  token: 'token',
  v3token: 'token',
  v3applicationcredential: 'applicationCredential',
};

const isSection = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const merge = (below: Section, above: Section): Section => {
  const result: Section = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const old = result[key];
    result[key] = isSection(old) && isSection(value) ? merge(old, value) : value;
  }
  return result;
};

const readText = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ConfigurationError(`${file} can not be read`, error);
  }
};

const readSections = async (file: string): Promise<Section | undefined> => {
  const text = await readText(file);
  if (text === undefined) return undefined;
  let content: unknown;
  try {
    content = parse(text);
  } catch {
    // The parser's message quotes the line, which may hold a password.
    throw new ConfigurationError(`${file} is not valid YAML`);
  }
  if (content === null) return {};
  if (!isSection(content)) throw new ConfigurationError(`${file} is not a mapping`);
  return content;
};

interface Places {
  folders: string[];
  home: string;
  cwd: string;
}

const expand = (file: string, { home, cwd }: Places): string =>
  isAbsolute(file) ? file : file.startsWith('~/') ? join(home, file.slice(2)) : resolve(cwd, file);

/** The first that exists: the one that is named, or `<name>.yaml`, `.yml`, `.json` in the folders. */
const findSections = async (
  name: string,
  named: string | undefined,
  places: Places,
): Promise<{ file: string; content: Section } | undefined> => {
  if (named) {
    const file = expand(named, places);
    const content = await readSections(file);
    if (content) return { file, content };
    throw new ConfigurationError(`${file} does not exist`);
  }
  for (const folder of places.folders) {
    for (const suffix of ['yaml', 'yml', 'json']) {
      const file = join(folder, `${name}.${suffix}`);
      const content = await readSections(file);
      if (content) return { file, content };
    }
  }
  return undefined;
};

const entriesOf = (content: Section | undefined, key: string): Section => {
  const entries = content?.[key];
  return isSection(entries) ? entries : {};
};

/** OS_* variables as an entry of clouds.yaml: OS_AUTH_URL is auth.auth_url, OS_REGION_NAME region_name, and so on. */
const fromEnvironment = (env: Readonly<Record<string, string | undefined>>): Section => {
  const auth: Section = {};
  const cloud: Section = { auth };
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('OS_') || value === undefined || value === '') continue;
    const key = name
      .slice(3)
      .toLowerCase()
      .replace(/^tenant_(id|name)$/, 'project_$1');
    if (key in authOptionsSchema.shape) auth[key] = value;
    else cloud[key] = value;
  }
  return cloud;
};

const toInterface = (value: string | undefined): Interface | undefined => {
  const name = value?.replace(/URL$/, '');
  if (name === undefined || name === 'public' || name === 'internal' || name === 'admin') return name;
  throw new ConfigurationError(`interface is ${value}: use public, internal or admin`);
};

const bySuffix = (cloud: Section, suffix: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(cloud).flatMap(([key, value]) =>
      key.endsWith(suffix) && (typeof value === 'string' || typeof value === 'number')
        ? [[key.slice(0, -suffix.length), String(value)]]
        : [],
    ),
  );

const toClientOptions = async (raw: Section, label: string, places: Places): Promise<ClientOptions> => {
  const parsed = cloudSchema.safeParse(raw);
  if (!parsed.success) throw new ConfigurationError(`${label}: ${describeIssues(parsed.error)}`);
  const cloud = parsed.data;
  const kind = cloud.auth_type === undefined ? 'password' : AUTH_TYPES[cloud.auth_type];
  if (kind === undefined) {
    const known = Object.keys(AUTH_TYPES).join(', ');
    throw new ConfigurationError(`${label}: auth_type ${cloud.auth_type} is not supported; use one of ${known}`);
  }
  const pem = async (file: string | undefined): Promise<string | undefined> => {
    if (file === undefined || file.startsWith('-----BEGIN ')) return file;
    const text = await readText(expand(file, places));
    if (text === undefined) throw new ConfigurationError(`${label}: ${file} does not exist`);
    return text;
  };
  const [firstRegion] = cloud.regions;
  const wanted = Array.isArray(cloud.interface) ? cloud.interface[0] : cloud.interface;
  const tls = {
    verify: cloud.insecure === true ? false : (cloud.verify ?? true),
    ca: await pem(cloud.cacert),
    cert: await pem(cloud.cert),
    key: await pem(cloud.key),
  };
  return {
    auth: cloud.auth,
    region: cloud.region_name ?? (typeof firstRegion === 'string' ? firstRegion : firstRegion?.name),
    interface: toInterface(wanted ?? cloud.endpoint_type),
    endpointOverrides: bySuffix(cloud, '_endpoint_override'),
    microversions: bySuffix(cloud, '_default_microversion'),
    tls,
    timeoutMs: cloud.api_timeout === undefined ? undefined : cloud.api_timeout * 1000,
  };
};

/**
 * Finds a cloud the way OpenStack's own tools do. The name is `cloud`, else OS_CLOUD. With a name: its entry in the first
 * clouds.yaml found (OS_CLIENT_CONFIG_FILE, `./`, `~/.config/openstack`, `/etc/openstack`), over its `profile` in
 * clouds-public.yaml, under its entry in secure.yaml. Without a name: OS_* if OS_AUTH_URL is set, else the only entry there is.
 * https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html
 *
 * @throws ConfigurationError naming the files looked at and the entries found
 */
export const loadCloud = async (source: CloudSource = {}): Promise<ClientOptions> => {
  const env = source.env ?? process.env;
  const home = env['HOME'] ?? homedir();
  const cwd = source.cwd ?? process.cwd();
  const user = env['XDG_CONFIG_HOME'] ? [join(env['XDG_CONFIG_HOME'], 'openstack')] : [];
  const places = { home, cwd, folders: [cwd, ...user, join(home, '.config', 'openstack'), '/etc/openstack'] };

  const asked = source.cloud ?? (env['OS_CLOUD'] || undefined);
  if (asked === undefined && source.cloudsFile === undefined && env['OS_AUTH_URL']) {
    return toClientOptions(fromEnvironment(env), 'OS_* environment variables', places);
  }
  const found = await findSections('clouds', source.cloudsFile ?? (env['OS_CLIENT_CONFIG_FILE'] || undefined), places);
  const secure = await findSections('secure', source.secureFile ?? (env['OS_CLIENT_SECURE_FILE'] || undefined), places);
  const clouds = merge(entriesOf(found?.content, 'clouds'), entriesOf(secure?.content, 'clouds'));
  const names = Object.keys(clouds);
  const name = asked ?? (names.length === 1 ? names[0] : undefined);
  const looked = found?.file ?? `clouds.yaml in ${places.folders.join(', ')}`;
  if (name === undefined) {
    const choice = names.length === 0 ? 'none is described' : `there are ${names.join(', ')}`;
    throw new ConfigurationError(`No cloud is named (${choice} in ${looked}): set OS_CLOUD or OS_AUTH_URL`);
  }
  const entry = clouds[name];
  if (!isSection(entry)) {
    throw new ConfigurationError(`There is no cloud ${name} in ${looked}; it has: ${names.join(', ') || 'none'}`);
  }
  const profile = entry['profile'] ?? entry['cloud'];
  const vendors = typeof profile === 'string' ? await findSections('clouds-public', undefined, places) : undefined;
  const vendor = typeof profile === 'string' ? entriesOf(vendors?.content, 'public-clouds')[profile] : undefined;
  return toClientOptions(merge(isSection(vendor) ? vendor : {}, entry), `cloud ${name} in ${looked}`, places);
};

/**
 * The options of a client for one entry of clouds.yaml that is already at hand, for example because it is kept in a secret store.
 * Nothing else is looked at. `cacert`, `cert` and `key` are files, or the PEM itself.
 *
 * @param label what messages call the entry
 * @throws ConfigurationError
 */
export const cloudOptions = (entry: Readonly<Record<string, unknown>>, label: string): Promise<ClientOptions> =>
  toClientOptions(entry, label, { home: homedir(), cwd: process.cwd(), folders: [] });
