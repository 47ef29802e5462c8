import {
  configurationOf,
  database,
  inData,
  memcached,
  policy,
  type CloudPlan,
  type Files,
  type ServicePlan,
} from '../cloud-plan.ts';
import { renderIni } from '../ini.ts';
import { wsgiApi } from '../uwsgi.ts';

const FILE = configurationOf('keystone', 'keystone.conf');

/** The configuration file of keystone-manage. */
export const keystoneConfiguration = (plan: CloudPlan): string => inData(plan, FILE);

/** Keystone. Tokens are good for the stock hour. */
export function keystone(plan: CloudPlan): ServicePlan {
  const cache = { enabled: true, backend: 'dogpile.cache.memcached', memcache_servers: memcached(plan) };
  const keys = (kind: string) => inData(plan, 'etc', 'keystone', kind);
  const configuration = renderIni({
    cache,
    database: database(plan, 'keystone'),
    fernet_tokens: { key_repository: keys('token-keys') },
    // Its stock place, too, is that of the tokens' keys; nothing starts without it.
    fernet_receipts: { key_repository: keys('token-keys') },
    credential: { key_repository: keys('credential-keys') },
    // The least that bcrypt has: a log-in costs 2 ms of the processor instead of 250.
    ...policy(plan, 'keystone'),
    identity: { password_hash_algorithm: 'bcrypt', password_hash_rounds: 4 },
  });
  const api = wsgiApi(plan, {
    name: 'keystone',
    port: plan.ports.keystone,
    application: 'keystone.wsgi.api:application',
    // Its threads see one another's roles now and then: a new application credential is refused for a role of somebody
    // else.
    processes: 2,
    threads: 1,
    env: { OS_KEYSTONE_CONFIG_DIR: inData(plan, 'etc', 'keystone') },
  });
  return {
    files: {
      ...api.files,
      [FILE]: configuration,
      ...keyFiles('token-keys', plan.secrets.tokenKeys),
      ...keyFiles('credential-keys', plan.secrets.credentialKeys),
    },
    processes: [api.process],
    http: api.http,
  };
}

/** A key repository: key 0 is the next one, the highest encrypts (keystone/common/fernet_utils.py). */
function keyFiles(kind: string, keys: readonly string[]): Files {
  return Object.fromEntries(keys.map((key, index) => [configurationOf('keystone', `${kind}/${index}`), key]));
}
