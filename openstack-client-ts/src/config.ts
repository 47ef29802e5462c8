import { z } from 'zod';
import { authFor, authOptionsSchema } from './auth-options.ts';
import type { Interface } from './catalog.ts';
import type { ClientOptions } from './client-options.ts';
import {
  type CloudDescription,
  type CloudSource,
  findCloud,
  type Section,
  withoutEmpty,
  withPem,
} from './clouds-files.ts';
import { ConfigurationError } from './errors.ts';
import { describeIssues } from './issues.ts';
import { isMicroversion } from './microversion.ts';
import { type ProxyOptions, readProxies } from './proxy.ts';

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

/**
 * The options of a client for one entry of clouds.yaml that is already at hand, for example because it is kept in a
 * secret store. Nothing else is looked at. `cacert`, `cert` and `key` are files, or the PEM itself; what is empty
 * counts as left out.
 *
 * @param label what messages call the entry
 * @throws ConfigurationError
 */
export const cloudOptions = async (given: Readonly<Section>, label: string): Promise<ClientOptions> => {
  const parsed = cloudSchema.safeParse(await withPem(withoutEmpty(given), label));
  if (!parsed.success) throw new ConfigurationError(`${label}: ${describeIssues(parsed.error)}`);
  const cloud = parsed.data;
  const microversions = bySuffix(cloud, '_default_microversion');
  for (const [service, version] of Object.entries(microversions)) {
    if (isMicroversion(version)) continue;
    throw new ConfigurationError(`${label}: ${service}_default_microversion is ${version}: write it like 2.79`);
  }
  const [firstRegion] = cloud.regions;
  const wanted = Array.isArray(cloud.interface) ? cloud.interface[0] : cloud.interface;
  return {
    auth: authFor(cloud.auth_type, cloud.auth, label),
    region: cloud.region_name ?? (typeof firstRegion === 'string' ? firstRegion : firstRegion?.name),
    interface: toInterface(wanted ?? cloud.endpoint_type),
    endpointOverrides: bySuffix(cloud, '_endpoint_override'),
    microversions,
    tls: {
      verify: cloud.insecure === true ? false : (cloud.verify ?? true),
      ca: cloud.cacert,
      cert: cloud.cert,
      key: cloud.key,
    },
    timeoutMs: cloud.api_timeout === undefined ? undefined : cloud.api_timeout * 1000,
  };
};

/**
 * Finds a cloud the way OpenStack's own tools do. The name is `cloud`, else OS_CLOUD. With a name: its entry in the
 * first clouds.yaml found (OS_CLIENT_CONFIG_FILE, `./`, `~/.config/openstack`, `/etc/openstack`), over its `profile` in
 * clouds-public.yaml, under its entry in secure.yaml (beside a clouds.yaml that was named, else in the same places).
 * Without a name: OS_* if OS_AUTH_URL is set, else the only entry there is.
 * https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html
 *
 * @throws ConfigurationError naming the files looked at and the entries found
 */
export const readCloud = (source: CloudSource = {}): Promise<CloudDescription> =>
  findCloud(source, source.env ?? process.env);

/**
 * The options of a client for the cloud that {@link readCloud} finds, with the proxies that the environment names.
 *
 * @throws ConfigurationError naming the files looked at and the entries found
 */
export const loadCloud = async (source: CloudSource = {}): Promise<ClientOptions> => {
  const { entry, label } = await readCloud(source);
  return { ...(await cloudOptions(entry, label)), proxy: environmentProxies(source.env) };
};

/** The proxies of an environment: default, the process's. */
export const environmentProxies = (env: CloudSource['env'] = process.env): ProxyOptions => readProxies(env);
