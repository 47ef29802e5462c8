import { defineConfig } from 'vitest/config';

// Real machines: root on Linux, minutes, gigabytes. So they are named *.root-test.ts and run by this configuration
// only: npx vitest run --config sandbox/test/nspawn/vitest.config.ts
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['sandbox/test/nspawn/*.root-test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
});
