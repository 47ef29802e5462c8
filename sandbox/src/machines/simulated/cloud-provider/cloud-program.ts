import { OpenStackClient } from 'openstack-client-ts';
import { listAt, numberAt, textAt } from '../kubernetes/object.ts';
import type { Registry } from '../kubernetes/registry.ts';
import { resourceOf } from '../kubernetes/resource-type.ts';

const secrets = resourceOf('Secret');

/** A program of cloud-provider-openstack that runs in a cluster. */
export interface RunningProgram {
  readonly cloud: OpenStackClient;
  /** What it was told to call the cluster. */
  readonly clusterName: string;
  /** A value of cloud.conf, `LoadBalancer.subnet-id`; undefined when it is not there. */
  readonly setting: (name: string) => string | undefined;
}

/** One of its programs, by the workload that runs it: what it does is done as long as a Pod of it is ready. */
export class CloudProgram {
  readonly #registry: Registry;
  readonly #kind: 'DaemonSet' | 'Deployment';
  readonly #name: string;
  #config = '';
  #client: OpenStackClient | undefined;

  constructor(registry: Registry, kind: 'DaemonSet' | 'Deployment', name: string) {
    this.#registry = registry;
    this.#kind = kind;
    this.#name = name;
  }

  /** @throws Error when it does not run, or has no configuration */
  require(): RunningProgram {
    const type = resourceOf(this.#kind);
    const found = [...this.#registry.store.values(type)].find(({ metadata }) => metadata.name === this.#name);
    const ready = numberAt(found, 0, 'status', this.#kind === 'DaemonSet' ? 'numberReady' : 'readyReplicas');
    if (found === undefined || ready === 0) throw new Error(`${this.#name} does not run`);
    const [container] = listAt(found, 'spec', 'template', 'spec', 'containers');
    const variable = listAt(container, 'env').find((one) => textAt(one, 'name') === 'CLUSTER_NAME');
    const [name = ''] = listAt(found, 'spec', 'template', 'spec', 'volumes')
      .map((volume) => textAt(volume, 'secret', 'secretName'))
      .filter((text) => text !== '');
    const data = textAt(this.#registry.store.get(secrets, found.metadata.namespace, name), ...['data', 'cloud.conf']);
    if (data === '') throw new Error(`Secret ${name} holds no cloud.conf`);
    const settings = parseConfig(Buffer.from(data, 'base64').toString());
    return {
      cloud: this.#connect(data, settings),
      clusterName: textAt(variable, 'value'),
      setting: (key) => settings.get(key),
    };
  }

  close(): void {
    void this.#client?.close();
    this.#client = undefined;
  }

  #connect(config: string, settings: ReadonlyMap<string, string>): OpenStackClient {
    if (this.#client !== undefined && this.#config === config) return this.#client;
    this.close();
    this.#config = config;
    this.#client = new OpenStackClient({
      auth: {
        auth_url: settings.get('Global.auth-url') ?? '',
        application_credential_id: settings.get('Global.application-credential-id') ?? '',
        application_credential_secret: settings.get('Global.application-credential-secret') ?? '',
      },
      region: settings.get('Global.region'),
      tls: { verify: settings.get('Global.tls-insecure') !== 'true' },
    });
    return this.#client;
  }
}

/** The values of an INI file by section and name. */
function parseConfig(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = '';
  for (const line of text.split('\n')) {
    section = /^\[(.+)\]$/u.exec(line.trim())?.[1] ?? section;
    const [, name, value = ''] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/u.exec(line) ?? [];
    if (name === undefined) continue;
    const quoted = /^"(.*)"$/u.exec(value)?.[1];
    values.set(`${section}.${name}`, quoted === undefined ? value : quoted.replaceAll(/\\(.)/gu, '$1'));
  }
  return values;
}
