import type { RequestListener } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Registry } from 'prom-client';

/** One thing a worker cannot do without; `check` rejects with the reason while it is not there. */
export interface Dependency {
  readonly name: string;
  readonly check: (signal: AbortSignal) => Promise<void>;
  /** What will go wrong with it unless somebody acts; undefined when all is well. */
  readonly warning?: () => string | undefined;
}

/** What the endpoints tell. */
export interface Health {
  /** Whether the worker takes tasks. */
  readonly isPolling: () => boolean;
  /** Whether the worker has ended for good: the process should be restarted. */
  readonly hasFailed: () => boolean;
  readonly dependencies: readonly Dependency[];
}

const CHECK_TIMEOUT_MS = 3_000;

/**
 * `/healthz`: 200 unless the worker has failed. `/readyz`: 200 while it polls and Temporal and Vault answer, else 503
 * with the reasons; in both cases with warnings, of what will go wrong later. `/metrics`: Slipway's own metrics.
 */
export function healthEndpoints(health: Health, registry: Registry): RequestListener {
  const answers: Readonly<Record<string, () => Promise<Answer>>> = {
    '/healthz': () => Promise.resolve(json(!health.hasFailed(), { ok: !health.hasFailed() })),
    '/readyz': () => readiness(health),
    '/metrics': async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() }),
  };
  return (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const answer = request.method === 'GET' || request.method === 'HEAD' ? answers[path] : undefined;
    void (answer?.() ?? Promise.resolve(json(false, { error: 'not found' }, 404)))
      .catch((error: unknown) => json(false, { error: String(error) }, 500))
      .then(({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
        response.end(request.method === 'HEAD' ? undefined : body);
      });
  };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const json = (ok: boolean, body: unknown, status = ok ? 200 : 503): Answer => ({
  status,
  type: 'application/json',
  body: `${JSON.stringify(body)}\n`,
});

async function readiness(health: Health): Promise<Answer> {
  const checks = await Promise.all(
    health.dependencies.map(async (dependency) => [dependency.name, await problem(dependency)] as const),
  );
  const polling = health.isPolling();
  const problems = Object.fromEntries(checks.filter(([, reason]) => reason !== undefined));
  const ok = polling && Object.keys(problems).length === 0;
  const warnings = Object.fromEntries(
    health.dependencies
      .map(({ name, warning }) => [name, warning?.()] as const)
      .filter(([, words]) => words !== undefined),
  );
  return json(ok, { ok, polling, problems, warnings });
}

async function problem({ check }: Dependency): Promise<string | undefined> {
  const stop = new AbortController();
  const late = delay(CHECK_TIMEOUT_MS, 'no answer in time', { signal: stop.signal, ref: false });
  try {
    return await Promise.race([check(AbortSignal.timeout(CHECK_TIMEOUT_MS)).then(() => undefined), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    stop.abort();
  }
}
