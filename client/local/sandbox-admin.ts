import { z } from 'zod';

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
    return (await this.#get('inventory?project=demo', inventorySchema, signal)).resources;
  }

  /** The shortest time in which this cloud, with its latencies, can bring up such a cluster, in seconds. */
  async criticalPath(controlPlanes: number, workers: number, signal: AbortSignal): Promise<number> {
    const query = `critical-path?control_planes=${controlPlanes}&workers=${workers}`;
    return (await this.#get(query, criticalPathSchema, signal)).seconds;
  }

  async #get<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const url = `${this.#base}/${path}`;
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]) });
    if (!response.ok) throw new Error(`${url} answers ${response.status}: ${(await response.text()).slice(0, 200)}`);
    return schema.parse(await response.json());
  }
}

const countersSchema = z.looseObject({ byUser: z.record(z.string(), z.number()) });
const inventorySchema = z.looseObject({
  resources: z.array(z.looseObject({ type: z.string(), id: z.string(), name: z.string().default('') })),
});
const criticalPathSchema = z.looseObject({ seconds: z.number() });

/** What is in `after` and was not in `before`. */
export function leftOver(before: readonly SandboxResource[], after: readonly SandboxResource[]): SandboxResource[] {
  const known = new Set(before.map(({ type, id }) => `${type}/${id}`));
  return after.filter(({ type, id }) => !known.has(`${type}/${id}`));
}
