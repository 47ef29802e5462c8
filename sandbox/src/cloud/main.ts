import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { loadLatency, type Latency } from '../latency.ts';
import { createAdmin } from './admin/service.ts';
import { createCinder } from './cinder/service.ts';
import { Cloud, type CloudOptions } from './cloud.ts';
import { createDesignate } from './designate/service.ts';
import { createGlance } from './glance/service.ts';
import { createServer } from './http/server.ts';
import type { Service } from './http/service.ts';
import { createKeystone } from './keystone/service.ts';
import { regionId } from './keystone/catalog.ts';
import { createNeutron } from './neutron/service.ts';
import { createNova } from './nova/service.ts';
import { createOctavia } from './octavia/service.ts';
import { seed } from './seeds.ts';
import { loadState, saveState } from './store/state-file.ts';
import { createSwift } from './swift/service.ts';

/** What starts a cloud. */
export interface RunCloudOptions extends Partial<Omit<CloudOptions, 'latency'>> {
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  /** `instant`, `typical`, a JSON file, or the values themselves. */
  readonly latency: string | Latency;
  /** Loaded at the start if it is there; saved on request and at the end. */
  readonly state?: string;
  /** Where `clouds.yaml` goes; without it none is written. */
  readonly data?: string;
}

/** A cloud that answers. */
export interface RunningCloud {
  readonly url: string;
  readonly cloudsFile: string | undefined;
  readonly cloud: Cloud;
  /** Saves the state if there is a file for it, and stops listening. */
  close(): Promise<void>;
}

function parseListen(listen: string): { host: string; port: number } {
  const match = /^(.*):(\d+)$/.exec(listen);
  const port = Number(match?.[2]);
  if (!match || port > 65_535) throw new Error(`--listen must be host:port, such as 127.0.0.1:5000, not "${listen}"`);
  return { host: (match[1] ?? '').replace(/^\[|\]$/g, '') || '127.0.0.1', port };
}

/** The text of `clouds.yaml`: `sandbox` is the ordinary user, `sandbox-admin` the administrator. */
function cloudsYaml(cloud: Cloud, url: string): string {
  const entry = (name: string) => ({
    auth: {
      auth_url: `${url}/identity/v3`,
      username: name,
      password: cloud.passwords.get(name) ?? '',
      project_name: name,
      user_domain_name: 'Default',
      project_domain_name: 'Default',
    },
    region_name: regionId,
    identity_api_version: '3',
    volume_api_version: '3',
  });
  return stringify({ clouds: { sandbox: entry('demo'), 'sandbox-admin': entry('admin') } });
}

/** The services of a cloud, with all their routes. @param state - the file that the admin API saves to */
export const createServices = (cloud: Cloud, state?: string): readonly Service[] => [
  createKeystone(cloud),
  createNova(cloud),
  createNeutron(cloud),
  createGlance(cloud),
  createOctavia(cloud),
  createCinder(cloud),
  createSwift(cloud),
  createDesignate(cloud),
  createAdmin(cloud, state),
];

/** Starts a cloud in this process. */
export async function startCloud(options: RunCloudOptions): Promise<RunningCloud> {
  const { host, port } = parseListen(options.listen);
  const latency = typeof options.latency === 'string' ? await loadLatency(options.latency) : options.latency;
  const cloud = new Cloud({
    latency,
    externalCidr: options.externalCidr ?? '127.64.0.0/16',
    ...(options.tokenTtlSeconds !== undefined && { tokenTtlSeconds: options.tokenTtlSeconds }),
    ...(options.hosts !== undefined && { hosts: options.hosts }),
    ...(options.computeMaxLimit !== undefined && { computeMaxLimit: options.computeMaxLimit }),
  });
  const state = options.state === undefined ? undefined : resolve(options.state);
  const services = createServices(cloud, state);
  // Transitions of a saved state need their handlers, which the services have registered by now.
  const loaded = state !== undefined && (await loadState(cloud, state));
  if (!loaded) seed(cloud);
  const server = createServer(cloud, services);
  await server.listen({ host, port });
  const address = server.server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  const url = `http://${host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host}:${actual}`;
  let cloudsFile: string | undefined;
  if (options.data !== undefined) {
    await mkdir(options.data, { recursive: true, mode: 0o700 });
    cloudsFile = resolve(join(options.data, 'clouds.yaml'));
    await writeFile(cloudsFile, cloudsYaml(cloud, url), { mode: 0o600 });
  }
  return {
    url,
    cloudsFile,
    cloud,
    async close() {
      if (state !== undefined) await saveState(cloud, state);
      cloud.transitions.clear();
      await server.close();
    },
  };
}

/** Runs a cloud until SIGINT or SIGTERM; prints one JSON line on standard output when it answers. */
export async function runCloud(options: RunCloudOptions): Promise<void> {
  const running = await startCloud(options);
  const { url, cloudsFile } = running;
  process.stdout.write(`${JSON.stringify({ ready: true, url, ...(cloudsFile !== undefined && { cloudsFile }) })}\n`);
  await new Promise<void>((stop) => {
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });
  await running.close();
}
