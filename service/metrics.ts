import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/**
 * A registry for the metrics of one process, in Prometheus' format. It holds what every process tells: the build
 * (`slipway_build_info`), and what Node.js knows of itself (CPU, memory, event loop).
 */
export function createRegistry(buildId: string): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({
    name: 'slipway_build_info',
    help: 'Always 1; tells the build',
    labelNames: ['build_id'] as const,
    registers: [registry],
  });
  build.set({ build_id: buildId }, 1);
  return registry;
}
