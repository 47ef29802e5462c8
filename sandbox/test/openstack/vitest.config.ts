import { defineConfig } from 'vitest/config';

// Real services: Linux, three gigabytes of memory, minutes; the first run installs them. So they are named
// *.openstack-test.ts and run by this configuration only: npx vitest run --config
// sandbox/test/openstack/vitest.config.ts
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['sandbox/test/openstack/*.openstack-test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 900_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
});
