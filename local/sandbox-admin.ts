import { z } from 'zod';
import { timeLimit } from '../model/index.ts';

/** A resource as the sandbox knows it, whoever asks. */
export interface SandboxResource {
  readonly type: string;
  readonly id: string;
  readonly name: string;
}

/** What demo and benchmarks ask of the sandbox itself, past its OpenStack API. */
export class SandboxAdmin {
  readonly #base: string;

  constructor(cloudUrl: string) {
    this.#base = `${cloudUrl}/_sandbox`;
  }

  /** Requests that the user `demo`, whom Slipway works as, has made so far. */
  async calls(signal: AbortSignal): Promise<number> {
    const { byUser } = await this.#get('counters', countersSchema, signal);
    return byUser['demo'] ?? 0;
  }

  /** Everything that exists in the project `demo`. */
  async inventory(signal: AbortSignal): Promise<SandboxResource[]> {
    const { projects } = await this.#get('inventory?project=demo', inventorySchema, signal);
    return Object.values(projects).flatMap(({ resources }) =>
      Object.entries(resources).flatMap(([type, rows]) =>
        rows.map((row) => ({ type, id: row.id ?? row.name, name: row.name })),
      ),
    );
  }

  /** The shortest time in which this cloud, with its latencies, can bring up such a cluster, in seconds. */
  async criticalPath(controlPlanes: number, workers: number, signal: AbortSignal): Promise<number> {
    const query = `critical-path?controlPlanes=${controlPlanes}&workers=${workers}`;
    return (await this.#get(query, criticalPathSchema, signal)).seconds;
  }

  /** Takes every limit off the project `demo` that a large cluster, or many, would meet. */
  async liftQuotas(signal: AbortSignal): Promise<void> {
    const unlimited = (...names: string[]) => Object.fromEntries(names.map((name) => [name, -1]));
    await this.#send('PUT', 'quotas/demo', signal, {
      compute: unlimited('instances', 'cores', 'ram', 'server_groups', 'server_group_members'),
      network: unlimited('network', 'subnet', 'port', 'router', 'floatingip', 'security_group', 'security_group_rule'),
      'block-storage': unlimited('volumes', 'gigabytes'),
    });
  }

  async #get<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    return schema.parse(await this.#send('GET', path, signal));
  }

  async #send(method: 'GET' | 'PUT', path: string, signal: AbortSignal, body?: object): Promise<unknown> {
    const url = `${this.#base}/${path}`;
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, timeLimit(30_000)]),
    });
    if (!response.ok) throw new Error(`${url} answers ${response.status}: ${(await response.text()).slice(0, 200)}`);
    return await response.json();
  }
}

const countersSchema = z.looseObject({ byUser: z.record(z.string(), z.number()) });
const rowSchema = z.looseObject({ id: z.string().optional(), name: z.string().default('') });
const inventorySchema = z.looseObject({
  projects: z.record(z.string(), z.looseObject({ resources: z.record(z.string(), z.array(rowSchema)) })),
});
const criticalPathSchema = z.looseObject({ seconds: z.number() });

/** What is in `after` and was not in `before`. */
export function leftOver(before: readonly SandboxResource[], after: readonly SandboxResource[]): SandboxResource[] {
  const known = new Set(before.map(({ type, id }) => `${type}/${id}`));
  return after.filter(({ type, id }) => !known.has(`${type}/${id}`));
}
