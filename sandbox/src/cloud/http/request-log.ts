import { isRecord } from './service.ts';

/** One answered request. */
export interface LogEntry {
  readonly time: string;
  readonly service: string;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly user: string | null;
  readonly project: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
  /** The body of a POST, PUT or PATCH without secrets; null when there was none or it was not JSON. */
  readonly body: unknown;
}

/** What `GET /_sandbox/counters` answers. */
export interface Counters {
  total: number;
  byUser: Record<string, number>;
  byService: Record<string, number>;
  byRoute: Record<string, number>;
  byStatus: Record<string, number>;
}

const secretKey = /pass|secret|user_data|private_key|personality|^token$|admin_pass|^id$/i;
const alwaysSecret = /pass|secret|user_data|private_key|personality/i;
const maximumText = 512;

/** A copy of a body in which secrets are `***`, and long texts are cut. */
export function redact(value: unknown, insideToken = false): unknown {
  if (typeof value === 'string' && value.length > maximumText) return `${value.slice(0, maximumText)}…`;
  if (Array.isArray(value)) return value.map((item) => redact(item, insideToken));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const hide = typeof item === 'string' && (insideToken ? secretKey : alwaysSecret).test(key);
      return [key, hide ? '***' : redact(item, insideToken || key === 'token')];
    }),
  );
}

const emptyCounters = (): Counters => ({ total: 0, byUser: {}, byService: {}, byRoute: {}, byStatus: {} });
const bump = (counts: Record<string, number>, key: string): void => void (counts[key] = (counts[key] ?? 0) + 1);

/** The last requests, and counts of all of them since the last reset. The admin API itself is not in it. */
export class RequestLog {
  readonly #capacity: number;
  #entries: LogEntry[] = [];
  #counters = emptyCounters();

  constructor(capacity = 10_000) {
    this.#capacity = capacity;
  }

  add(entry: LogEntry, route: string): void {
    this.#entries.push(entry);
    if (this.#entries.length > this.#capacity * 2) this.#entries = this.#entries.slice(-this.#capacity);
    this.#counters.total += 1;
    bump(this.#counters.byUser, entry.user ?? '-');
    bump(this.#counters.byService, entry.service);
    bump(this.#counters.byRoute, `${entry.method} ${route}`);
    bump(this.#counters.byStatus, String(entry.status));
  }

  /** The newest entries that pass a filter, oldest first. */
  entries(limit: number, passes: (entry: LogEntry) => boolean): LogEntry[] {
    return this.#entries.slice(-this.#capacity).filter(passes).slice(-limit);
  }

  counters(): Counters {
    return this.#counters;
  }

  reset(): void {
    this.#entries = [];
    this.#counters = emptyCounters();
  }
}
