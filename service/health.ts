import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import { sendJson } from './http-server.ts';
import type { Routes } from './http-server.ts';

/** One thing a process cannot do without; `check` rejects with the reason while it is not there. */
export interface Dependency {
  readonly name: string;
  readonly check: (signal: AbortSignal) => Promise<void>;
  /** What will go wrong with it unless somebody acts; undefined when all is well. */
  readonly warning?: () => string | undefined;
}

/** What the endpoints tell. */
export interface Health {
  /** Whether the process has failed for good: it should be restarted. */
  readonly hasFailed: () => boolean;
  /** What must be true of the process itself while it is ready, by name, such as `polling` of a worker. */
  readonly states?: () => Readonly<Record<string, boolean>>;
  readonly dependencies: readonly Dependency[];
}

const CHECK_TIMEOUT_MS = 3_000;

/**
 * `/healthz`: 200 unless the process has failed. `/readyz`: 200 while its states are true and its dependencies answer,
 * else 503 with the reasons; in both cases with warnings, of what will go wrong later. `/metrics`: the registry's.
 */
export function healthEndpoints(health: Health, registry: Registry): Routes {
  // Whoever asks here runs the process: told the reason at once.
  const errorHandler = (error: unknown, _request: unknown, reply: FastifyReply) =>
    void sendJson(reply, 500, { error: String(error) });
  return (app) => {
    app.get('/healthz', { errorHandler }, (_request, reply) => {
      const ok = !health.hasFailed();
      return sendJson(reply, ok ? 200 : 503, { ok });
    });
    app.get('/readyz', { errorHandler }, async (_request, reply) => {
      const answer = await readiness(health);
      return sendJson(reply, answer.ok ? 200 : 503, answer);
    });
    app.get('/metrics', { errorHandler }, async (_request, reply) =>
      reply
        .headers({ 'content-type': registry.contentType, 'cache-control': 'no-store' })
        .send(await registry.metrics()),
    );
  };
}

async function readiness(health: Health) {
  const checks = await Promise.all(
    health.dependencies.map(async (dependency) => [dependency.name, await problem(dependency)] as const),
  );
  const states = health.states?.() ?? {};
  const problems = Object.fromEntries(checks.filter(([, reason]) => reason !== undefined));
  const ok = Object.values(states).every(Boolean) && Object.keys(problems).length === 0;
  const warnings = Object.fromEntries(
    health.dependencies
      .map(({ name, warning }) => [name, warning?.()] as const)
      .filter(([, words]) => words !== undefined),
  );
  return { ok, ...states, problems, warnings };
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
