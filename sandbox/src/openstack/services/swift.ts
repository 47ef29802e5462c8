import { join } from 'node:path';
import {
  configurationOf,
  inData,
  pythonProgram,
  tokenCheck,
  type CloudPlan,
  type ProcessPlan,
  type ServicePlan,
} from '../cloud-plan.ts';
import { renderIni, type Ini } from '../ini.ts';

/** The part of Swift that speaks with clients (swift: etc/proxy-server.conf-sample; devstack: lib/swift, configure_swift). */
const PROXY_PIPELINE = [
  ...['catch_errors', 'gatekeeper', 'healthcheck', 'proxy-logging', 'cache', 'etag-quoter', 'listing_formats', 'bulk'],
  ...['tempurl', 'ratelimit', 'crossdomain', 'authtoken', 'keystoneauth', 'formpost', 'staticweb', 'copy'],
  ...['container-quotas', 'account-quotas', 'slo', 'dlo', 'versioned_writes', 'symlink', 'proxy-server'],
] as const;

/** Filters of Swift's own that need nothing set. */
const PLAIN_FILTERS = {
  catch_errors: 'catch_errors',
  gatekeeper: 'gatekeeper',
  healthcheck: 'healthcheck',
  'proxy-logging': 'proxy_logging',
  'etag-quoter': 'etag_quoter',
  listing_formats: 'listing_formats',
  bulk: 'bulk',
  ratelimit: 'ratelimit',
  crossdomain: 'crossdomain',
  formpost: 'formpost',
  staticweb: 'staticweb',
  copy: 'copy',
  'container-quotas': 'container_quotas',
  'account-quotas': 'account_quotas',
  slo: 'slo',
  dlo: 'dlo',
  symlink: 'symlink',
} as const;

const stores = ['account', 'container', 'object'] as const;

/** Where Swift's rings go, and the ports of their devices. */
export const ringArguments = (plan: CloudPlan): string[] => [
  inData(plan, 'etc', 'swift'),
  ...[plan.ports.swiftAccount, plan.ports.swiftContainer, plan.ports.swiftObject].map(String),
];

/** Swift: proxy, account, container and object server, one replica on a plain folder (which must keep extended attributes). */
export function swift(plan: CloudPlan): ServicePlan {
  const storePorts = {
    account: plan.ports.swiftAccount,
    container: plan.ports.swiftContainer,
    object: plan.ports.swiftObject,
  };
  const file = (name: string) => configurationOf('swift', `${name}.conf`);
  // -v: the log goes to standard error too, where there is no syslog.
  const process = (name: string, configuration = name): ProcessPlan => ({
    name: `swift-${name}`,
    command: pythonProgram(plan, `swift-${name}`, inData(plan, file(configuration)), '-v'),
    env: { SWIFT_CONF_DIR: inData(plan, 'etc', 'swift') },
    after: 'backing',
  });
  return {
    files: {
      [file('swift')]: renderIni({ 'swift-hash': { swift_hash_path_suffix: plan.secrets.objectHash } }),
      [file('proxy-server')]: renderIni(proxyConfiguration(plan)),
      ...Object.fromEntries(
        stores.map((store) => [file(`${store}-server`), renderIni(storeConfiguration(plan, store, storePorts[store]))]),
      ),
    },
    processes: [process('proxy-server'), ...stores.map((store) => process(`${store}-server`))],
    http: plan.ports.swift,
  };
}

const server = (plan: CloudPlan, port: number): Ini[string] => ({
  bind_ip: '127.0.0.1',
  bind_port: port,
  workers: 0,
  swift_dir: inData(plan, 'etc', 'swift'),
  devices: join(plan.data, 'state', 'swift'),
  mount_check: false,
  log_level: 'INFO',
});

function proxyConfiguration(plan: CloudPlan): Ini {
  const plain = Object.entries(PLAIN_FILTERS).map(
    ([name, egg]) => [`filter:${name}`, { use: `egg:swift#${egg}` }] as const,
  );
  return {
    DEFAULT: server(plan, plan.ports.swift),
    'pipeline:main': { pipeline: PROXY_PIPELINE.join(' ') },
    'app:proxy-server': { use: 'egg:swift#proxy', account_autocreate: true, allow_account_management: true },
    ...Object.fromEntries(plain),
    'filter:cache': { use: 'egg:swift#memcache', memcache_servers: `127.0.0.1:${plan.ports.memcached}` },
    'filter:tempurl': { use: 'egg:swift#tempurl', allowed_digests: 'sha1 sha256 sha512' },
    'filter:versioned_writes': { use: 'egg:swift#versioned_writes', allow_versioned_writes: true },
    'filter:authtoken': {
      'paste.filter_factory': 'keystonemiddleware.auth_token:filter_factory',
      ...tokenCheck(plan, 'swift', 'object-store'),
      delay_auth_decision: true,
      include_service_catalog: false,
      cache: 'swift.cache',
    },
    'filter:keystoneauth': { use: 'egg:swift#keystoneauth', operator_roles: 'admin, member', reseller_prefix: 'AUTH' },
  };
}

function storeConfiguration(plan: CloudPlan, store: (typeof stores)[number], port: number): Ini {
  return {
    DEFAULT: { ...server(plan, port), disable_fallocate: true },
    'pipeline:main': { pipeline: `healthcheck recon ${store}-server` },
    [`app:${store}-server`]: { use: `egg:swift#${store}` },
    'filter:healthcheck': { use: 'egg:swift#healthcheck' },
    'filter:recon': { use: 'egg:swift#recon', recon_cache_path: inData(plan, 'state', 'swift', 'recon') },
  };
}
