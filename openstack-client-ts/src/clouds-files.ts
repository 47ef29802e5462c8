import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { isAuthField } from './auth-options.ts';
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

/** A mapping of clouds.yaml. Values are text: what stands in the file, character by character. */
export type Section = Record<string, unknown>;

/** A cloud as it is described, before anything is made of it. */
export interface CloudDescription {
  /**
   * The entry, complete: secrets and profile merged in, `cacert`, `cert` and `key` as PEM, nothing empty. It can be
   * kept elsewhere, as it holds the names of no files, and given to `cloudOptions`.
   */
  entry: Section;
  /** What messages call it. */
  label: string;
}

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

/**
 * Reads YAML without guessing types: a password of digits, 0x10, 1e5, `yes` or a date is the text that was written.
 * Only null stays what it is. Merge keys (`<<`) are followed, as PyYAML does for OpenStack's own tools.
 */
const readYaml = (text: string): unknown =>
  parse(text, { schema: 'failsafe', customTags: ['null'], merge: true, logLevel: 'error' });

const readSections = async (file: string): Promise<Section | undefined> => {
  const text = await readText(file);
  if (text === undefined) return undefined;
  let content: unknown;
  try {
    content = readYaml(text);
  } catch {
    // The parser's message quotes the line, which may hold a password.
    throw new ConfigurationError(`${file} is not valid YAML`);
  }
  if (content === null || content === undefined) return {};
  if (!isSection(content)) throw new ConfigurationError(`${file} is not a mapping`);
  return content;
};

interface Places {
  folders: string[];
  home: string;
  cwd: string;
}

const expand = (file: string, { home, cwd }: Pick<Places, 'home' | 'cwd'>): string =>
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

/** Settings of OS_* variables that say where a cloud is described. */
const PLACES = new Set(['cloud', 'client_config_file', 'client_secure_file']);

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
    if (PLACES.has(key)) continue;
    if (isAuthField(key)) auth[key] = value;
    else cloud[key] = value;
  }
  return cloud;
};

/** A section without what is empty: `cacert:` with nothing behind it is none. */
export const withoutEmpty = (section: Readonly<Section>): Section =>
  Object.fromEntries(
    Object.entries(section).flatMap(([key, value]): [string, unknown][] => {
      if (value === null || value === undefined || value === '') return [];
      return [[key, isSection(value) ? withoutEmpty(value) : value]];
    }),
  );

/** Bundles of certificates have comments before the first one. */
const isPem = (text: string): boolean => text.includes('-----BEGIN ');

/** Settings that name a file, or are PEM themselves. */
const PEM_SETTINGS = ['cacert', 'cert', 'key'];

/**
 * An entry whose certificates and key are read in. Their files are beside the one that names them, or in the current
 * folder, where openstacksdk looks.
 */
export const withPem = async (
  entry: Readonly<Section>,
  label: string,
  places: PemPlaces = here(),
): Promise<Section> => {
  const read = { ...entry };
  for (const setting of PEM_SETTINGS) {
    const file = entry[setting];
    if (typeof file !== 'string' || isPem(file)) continue;
    const candidates = [...new Set(places.folders.map((cwd) => expand(file, { home: places.home, cwd })))];
    let text: string | undefined;
    for (const candidate of candidates) text ??= await readText(candidate);
    const where = `${label}: ${setting} ${candidates.join(', ')}`;
    if (text === undefined) throw new ConfigurationError(`${where} does not exist`);
    if (!isPem(text)) throw new ConfigurationError(`${where} is not PEM`);
    read[setting] = text;
  }
  return read;
};

interface PemPlaces {
  folders: readonly string[];
  home: string;
}

const here = (): PemPlaces => ({ folders: [process.cwd()], home: homedir() });

const profileOf = async (name: unknown, label: string, places: Places): Promise<Section> => {
  if (typeof name !== 'string') return {};
  const vendors = await findSections('clouds-public', undefined, places);
  const profile = entriesOf(vendors?.content, 'public-clouds')[name];
  if (isSection(profile)) return profile;
  throw new ConfigurationError(
    `${label} uses the profile ${name}, which no clouds-public.yaml has: write its settings into the entry`,
  );
};

/** {@link readCloud} with its environment. */
export const findCloud = async (
  source: CloudSource,
  env: Readonly<Record<string, string | undefined>>,
): Promise<CloudDescription> => {
  const home = env['HOME'] ?? homedir();
  const cwd = source.cwd ?? process.cwd();
  const user = env['XDG_CONFIG_HOME'] ? [join(env['XDG_CONFIG_HOME'], 'openstack')] : [];
  const places = { home, cwd, folders: [cwd, ...user, join(home, '.config', 'openstack'), '/etc/openstack'] };

  const asked = source.cloud ?? (env['OS_CLOUD'] || undefined);
  if (asked === undefined && source.cloudsFile === undefined && env['OS_AUTH_URL']) {
    const label = 'OS_* environment variables';
    return { entry: await withPem(withoutEmpty(fromEnvironment(env)), label, { folders: [cwd], home }), label };
  }
  const named = source.cloudsFile ?? (env['OS_CLIENT_CONFIG_FILE'] || undefined);
  const found = await findSections('clouds', named, places);
  const folder = found === undefined ? [] : [dirname(found.file)];
  const beside = named === undefined ? places : { ...places, folders: [...folder, ...places.folders] };
  const secure = await findSections('secure', source.secureFile ?? (env['OS_CLIENT_SECURE_FILE'] || undefined), beside);
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
  const { profile, cloud, ...own } = entry;
  const label = `cloud ${name} in ${looked}`;
  const whole = withoutEmpty(merge(await profileOf(profile ?? cloud, label, beside), own));
  return { entry: await withPem(whole, label, { folders: [...folder, cwd], home }), label };
};
