import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codecServerVariables } from '../../../codec-server/configuration.ts';
import { temporalVariables } from '../../../temporal/index.ts';
import { loadWorkerConfiguration, workerVariables } from '../../../workers/configuration.ts';

const base = { TEMPORAL_CONFIG_FILE: '/dev/null' };

test('everything has a default, and an empty variable is an absent one', () => {
  expect(loadWorkerConfiguration({ ...base, SLIPWAY_BUILD_ID: '', SLIPWAY_MAX_ACTIVITIES: '' })).toMatchObject({
    taskQueue: 'slipway',
    maxActivities: 1000,
    stickyTimeoutSeconds: 5,
    http: { host: '127.0.0.1', port: 0 },
    versioning: false,
    promote: 'first',
    log: { level: 'info', format: 'json' },
  });
});

test('every variable is taken', () => {
  const configuration = loadWorkerConfiguration({
    ...base,
    SLIPWAY_TASK_QUEUE: 'q',
    SLIPWAY_HTTP_ADDRESS: '[::1]:9400',
    SLIPWAY_SDK_METRICS_ADDRESS: '0.0.0.0:9401',
    SLIPWAY_VERSIONING: 'on',
    SLIPWAY_BUILD_ID: '1.2.3-abc',
    SLIPWAY_DEPLOYMENT_PROMOTE: 'true',
    SLIPWAY_LOG_FORMAT: 'text',
  });
  expect(configuration).toMatchObject({
    taskQueue: 'q',
    http: { host: '::1', port: 9400 },
    sdkMetrics: { host: '0.0.0.0', port: 9401 },
    versioning: true,
    buildId: '1.2.3-abc',
    promote: 'always',
    log: { format: 'text' },
  });
});

test.each([
  ['SLIPWAY_MAX_ACTIVITIES', '0', 'from 1 to 10000'],
  ['SLIPWAY_MAX_ACTIVITIES', '1e3', 'whole number'],
  ['SLIPWAY_MAX_WORKFLOW_TASKS', '1', 'from 2'],
  ['SLIPWAY_HTTP_ADDRESS', '9400', 'address:port'],
  ['SLIPWAY_HTTP_ADDRESS', '127.0.0.1:70000', '65535'],
  ['SLIPWAY_VERSIONING', 'maybe', 'on or off'],
  ['SLIPWAY_DEPLOYMENT_PROMOTE', 'second', 'first, on or off'],
  ['SLIPWAY_BUILD_ID', 'a b', 'build id'],
  ['SLIPWAY_LOG_LEVEL', 'loud', 'Invalid option'],
])('%s=%s is refused by name and with the reason', (name, value, reason) => {
  expect(() => loadWorkerConfiguration({ ...base, [name]: value })).toThrow(new RegExp(`${name}: .*${reason}`));
});

test('the value of a wrong variable is not repeated: it may be a secret in the wrong place', () => {
  expect(() => loadWorkerConfiguration({ ...base, SLIPWAY_BUILD_ID: 'hvs.this is a token' })).not.toThrow(/token/);
});

test('the reference page holds every variable (npm run configuration-reference writes it)', () => {
  const page = readFileSync(new URL('../../../docs/reference/configuration.md', import.meta.url), 'utf8');
  for (const { shape } of [temporalVariables, workerVariables, codecServerVariables]) {
    for (const name of Object.keys(shape)) expect(page).toContain(`| \`${name}\` |`);
  }
});
