import { createHash } from 'node:crypto';
import { Failures } from './failures.ts';
import { RequestLog } from './http/request-log.ts';
import type { Latency } from '../latency.ts';
import { defaultQuotas, type Limits, type QuotaService } from './quotas.ts';
import { createTables, type Tables } from './store/tables.ts';
import { Transitions } from './store/transitions.ts';

/** How a cloud is made. */
export interface CloudOptions {
  readonly latency: Latency;
  /** Addresses of the external network. */
  readonly externalCidr: string;
  /** How long tokens are good, in seconds. */
  readonly tokenTtlSeconds?: number;
  /** How many hypervisor hosts there are; only (anti-)affinity looks at them. */
  readonly hosts?: number;
  /** The largest page Nova gives, as its option `max_limit`. */
  readonly computeMaxLimit?: number;
}

/** The state of one cloud. Services read and change it; everything in it is plain JSON but the blobs. */
export class Cloud {
  readonly tables: Tables = createTables();
  readonly transitions: Transitions;
  readonly failures = new Failures();
  readonly log = new RequestLog();
  /** Bytes of images and objects. */
  readonly blobs = new Map<string, Buffer>();
  /** Passwords of the users made at the start, by user name: they go into clouds.yaml. */
  readonly passwords = new Map<string, string>();
  readonly externalCidr: string;
  readonly hosts: number;
  readonly computeMaxLimit: number;
  /** The only availability zone. */
  readonly zone = 'nova';
  latency: Latency;
  tokenTtlSeconds: number;
  /** How long every request waits before it is looked at, in milliseconds. */
  requestDelayMs = 0;

  readonly #stableIds = new Map<string, string>();

  constructor(options: CloudOptions) {
    this.latency = options.latency;
    this.externalCidr = options.externalCidr;
    this.tokenTtlSeconds = options.tokenTtlSeconds ?? 86_400;
    this.hosts = options.hosts ?? 1000;
    this.computeMaxLimit = options.computeMaxLimit ?? 1000;
    this.transitions = new Transitions((error, { kind, id }) => {
      process.stderr.write(
        `${kind} of ${id} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
    });
  }

  /** The limits of a project in one service. */
  limits(service: QuotaService, projectId: string): Limits {
    return { ...defaultQuotas[service], ...this.tables.quotas.get(`${service}/${projectId}`)?.limits };
  }

  /** Changes some limits of a project. */
  setLimits(service: QuotaService, projectId: string, limits: Limits): void {
    const id = `${service}/${projectId}`;
    this.tables.quotas.insert({ id, limits: { ...this.tables.quotas.get(id)?.limits, ...limits } });
  }

  /** An id of 32 hexadecimal digits that is the same for the same name, for what is not stored. */
  stableId(name: string): string {
    const known = this.#stableIds.get(name);
    if (known !== undefined) return known;
    const id = createHash('md5').update(name).digest('hex');
    this.#stableIds.set(name, id);
    return id;
  }
}
