import { defineConfig } from 'vitest/config';

// Needs real services, which `npm run test:openstack` starts; the file with their credentials is in
// OPENSTACK_CLOUDS_FILE.
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['test/openstack/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
});
