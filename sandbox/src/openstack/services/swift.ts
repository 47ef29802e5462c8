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

/** The stock pipeline (swift: etc/proxy-server.conf-sample) with Keystone in the place of tempauth. */
const PIPELINE = [
  ...['catch_errors', 'gatekeeper', 'healthcheck', 'proxy-logging', 'cache', 'listing_formats', 'container_sync'],
  ...['bulk', 'tempurl', 'ratelimit', 'authtoken', 'keystoneauth', 'copy', 'container-quotas', 'account-quotas'],
  ...['slo', 'dlo', 'versioned_writes', 'symlink', 'proxy-logging', 'proxy-server'],
] as const;

/** Its filters that need nothing set. */
const plainFilters = [
  ...['catch_errors', 'gatekeeper', 'healthcheck', 'proxy-logging', 'listing_formats', 'container_sync', 'bulk'],
  ...['tempurl', 'ratelimit', 'copy', 'container-quotas', 'account-quotas', 'slo', 'dlo', 'symlink'],
] as const;

const stores = ['account', 'container', 'object'] as const;

/** Where Swift's rings go, and the ports of their devices. */
export const ringArguments = (plan: CloudPlan): string[] => [
  inData(plan, 'etc', 'swift'),
  ...[plan.ports.swiftAccount, plan.ports.swiftContainer, plan.ports.swiftObject].map(String),
];

/**
 * Swift: proxy, account, container and object server, one replica on a plain folder (which must keep extended
 * attributes).
 */
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
  const plain = plainFilters.map(
    (name) => [`filter:${name}`, { use: `egg:swift#${name.replaceAll('-', '_')}` }] as const,
  );
  return {
    DEFAULT: server(plan, plan.ports.swift),
    'pipeline:main': { pipeline: PIPELINE.join(' ') },
    'app:proxy-server': { use: 'egg:swift#proxy', account_autocreate: true },
    ...Object.fromEntries(plain),
    'filter:cache': { use: 'egg:swift#memcache', memcache_servers: `127.0.0.1:${plan.ports.memcached}` },
    'filter:versioned_writes': { use: 'egg:swift#versioned_writes', allow_versioned_writes: true },
    'filter:authtoken': {
      'paste.filter_factory': 'keystonemiddleware.auth_token:filter_factory',
      ...tokenCheck(plan, 'swift', 'object-store'),
      delay_auth_decision: true,
      include_service_catalog: false,
      cache: 'swift.cache',
    },
    'filter:keystoneauth': {
      use: 'egg:swift#keystoneauth',
      operator_roles: 'admin, member, swiftoperator',
      reseller_prefix: 'AUTH',
    },
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
