import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { FailureType } from '../../model/index.ts';
import { SlipwayError } from '../slipway-error.ts';

/** One entry of clouds.yaml with its secrets; nothing in it names a file of this machine. */
export type OpenStackCloud = { auth: { auth_url: string; [key: string]: unknown }; [key: string]: unknown };

type Section = Record<string, unknown>;
type Variables = Readonly<Record<string, string | undefined>>;

export interface CloudsFileSource {
  readonly entry: string;
  /** The file; when absent, the first of OpenStack's usual places. */
  readonly file?: string | undefined;
  readonly variables: Variables;
}

const cloudSchema = z.looseObject({ auth: z.looseObject({ auth_url: z.url() }) });

/**
 * Reads an entry of clouds.yaml the way OpenStack's own tools do: secure.yaml beside it is merged over it, a `profile` of
 * clouds-public.yaml lies below it (openstacksdk: openstack/config/loader.py). The authority's certificate is taken in as text, because
 * workers run elsewhere.
 *
 * @throws SlipwayError `Slipway.InvalidInput`; no message repeats a line of these files
 */
export async function readCloudsFile({ entry, file, variables }: CloudsFileSource): Promise<OpenStackCloud> {
  const found = await findCloudsFile(file ?? variables['OS_CLIENT_CONFIG_FILE']);
  const entries = section(found.content['clouds']);
  const own = entries[entry];
  if (!isSection(own)) {
    const names = Object.keys(entries).join(', ');
    throw invalid(`${found.path} has no cloud "${entry}"${names === '' ? '' : `; it has: ${names}`}`);
  }
  const folder = dirname(found.path);
  const secure = section(section((await readYaml(join(folder, 'secure.yaml')))?.['clouds'])[entry]);
  const profileName = own['profile'] ?? own['cloud'];
  const profile = typeof profileName === 'string' ? await readProfile(folder, profileName) : {};
  const merged = merge(merge(profile, own), secure);
  // Once merged in, the profile's name means nothing to the workers.
  const rest = Object.fromEntries(Object.entries(merged).filter(([key]) => key !== 'profile' && key !== 'cloud'));
  return complete(rest, folder, `cloud "${entry}" of ${found.path}`);
}

/** Settings of OS_* variables that belong to `auth` (keystoneauth1: loading of the password, token and application credential plugins). */
const AUTH_KEYS =
  /^(auth_url|username|user_id|password|token|project_(id|name)|domain_(id|name)|(user|project)_domain_(id|name)|default_domain(_id|_name)?|system_scope|trust_id|passcode|application_credential_(id|name|secret))$/;

/**
 * Makes an entry of the OS_* variables, as an openrc file sets them.
 *
 * @throws SlipwayError `Slipway.InvalidInput` when OS_AUTH_URL is missing
 */
export async function readCloudVariables(variables: Variables): Promise<OpenStackCloud> {
  const cloud: Section = {};
  const auth: Section = {};
  for (const [name, value] of Object.entries(variables)) {
    if (!name.startsWith('OS_') || value === undefined || value === '') continue;
    const key = name
      .slice(3)
      .toLowerCase()
      .replace(/^tenant_(id|name)$/, 'project_$1');
    if (['cloud', 'client_config_file'].includes(key)) continue;
    (AUTH_KEYS.test(key) ? auth : cloud)[key] = value;
  }
  if (auth['auth_url'] === undefined) throw invalid('OS_AUTH_URL is not set: source your openrc file first');
  return complete({ ...cloud, auth }, process.cwd(), 'the OS_* variables');
}

/** Takes the certificates in and checks that there is something to log in with. */
async function complete(cloud: Section, folder: string, where: string): Promise<OpenStackCloud> {
  const { cacert, ...rest } = cloud;
  for (const file of ['cert', 'key']) {
    if (rest[file] !== undefined)
      throw invalid(`${where} uses a client certificate (${file}), which Slipway does not support`);
  }
  const pem = typeof cacert === 'string' ? { cacert: await readCertificate(expand(cacert, folder), where) } : {};
  const parsed = cloudSchema.safeParse({ ...rest, ...pem });
  if (!parsed.success) throw invalid(`${where} has no usable auth.auth_url`);
  const { auth } = parsed.data;
  if (!['password', 'token', 'application_credential_secret'].some((key) => typeof auth[key] === 'string')) {
    throw invalid(`${where} has no password, token or application_credential_secret in auth`);
  }
  return parsed.data;
}

async function readCertificate(path: string, where: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw invalid(`${where} names the certificate ${path}, which cannot be read`);
  }
}

async function findCloudsFile(named: string | undefined): Promise<{ path: string; content: Section }> {
  const folders = ['.', join(homedir(), '.config', 'openstack'), '/etc/openstack'];
  const candidates =
    named === undefined
      ? folders.flatMap((folder) => ['clouds.yaml', 'clouds.yml'].map((name) => join(folder, name)))
      : [named];
  for (const path of candidates) {
    const content = await readYaml(path);
    if (content !== undefined) return { path, content };
  }
  throw invalid(`There is no clouds.yaml: looked at ${candidates.join(', ')}`);
}

async function readProfile(folder: string, name: string): Promise<Section> {
  for (const place of [folder, join(homedir(), '.config', 'openstack'), '/etc/openstack']) {
    const found = section((await readYaml(join(place, 'clouds-public.yaml')))?.['public-clouds'])[name];
    if (isSection(found)) return found;
  }
  throw invalid(
    `The entry uses the profile "${name}", and no clouds-public.yaml has it: write its settings into the entry`,
  );
}

/** A YAML mapping, or undefined when there is no such file. */
async function readYaml(path: string): Promise<Section | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw invalid(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  let content: unknown;
  try {
    content = parse(text);
  } catch {
    // The parser's message quotes the line, which may hold a password.
    throw invalid(`${path} is not valid YAML`);
  }
  return section(content);
}

function merge(below: Section, above: Section): Section {
  const entries = Object.entries(above).map(([key, value]): [string, unknown] => {
    const old = below[key];
    return [key, isSection(old) && isSection(value) ? merge(old, value) : value];
  });
  return { ...below, ...Object.fromEntries(entries) };
}

function expand(path: string, folder: string): string {
  if (path.startsWith('~/')) return join(homedir(), path.slice(2));
  return isAbsolute(path) ? path : resolve(folder, path);
}

const isSection = (value: unknown): value is Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const section = (value: unknown): Section => (isSection(value) ? value : {});
const invalid = (message: string): SlipwayError => new SlipwayError(FailureType.InvalidInput, message);
