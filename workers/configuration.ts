import type { HelmSettings } from '../activities/deps.ts';
import { environmentProxies, type ProxyOptions } from 'openstack-client-ts';
import { z } from 'zod';
import { TASK_QUEUE } from '../model/index.ts';
import { listenAddress, logConfiguration, logVariables } from '../service/configuration.ts';
import type { ListenAddress, LogConfiguration } from '../service/configuration.ts';
import { loadTemporalConfiguration, onOff, parseEnvironment, wholeNumber } from '../temporal/index.ts';
import type { Environment, TemporalConfiguration } from '../temporal/index.ts';

const name = (what: string) =>
  z.string().regex(/^[\w.-]{1,128}$/, `${what} is 1 to 128 letters, digits, ".", "_" or "-"`);

const PROMOTION = { first: 'first', on: 'always', true: 'always', off: 'never', false: 'never' } as const;

/** The variables of the worker. The keys are the names of the environment variables. */
export const workerVariables = z.object({
  SLIPWAY_TASK_QUEUE: name('a task queue').prefault(TASK_QUEUE).describe('Task queue of workflows and activities'),
  SLIPWAY_MAX_ACTIVITIES: wholeNumber(1, 10_000)
    .prefault('1000')
    .describe(
      'Activities at once. Waiting for OpenStack holds a slot but next to no CPU, so this is far above the CPU count',
    ),
  SLIPWAY_MAX_WORKFLOW_TASKS: wholeNumber(2, 1_000)
    .prefault('10')
    .describe(
      'Workflow tasks at once. One thread runs them all: what waits in the worker counts against a task’s ten seconds, what waits in Temporal does not',
    ),
  SLIPWAY_MAX_CACHED_WORKFLOWS: wholeNumber(0, 100_000)
    .prefault('250')
    .describe('Workflows kept in memory, about 1 MiB each; others are replayed from their history when they go on'),
  SLIPWAY_STICKY_TIMEOUT: wholeNumber(1, 60)
    .prefault('5')
    .describe(
      'Seconds that a task waits for the worker which has its workflow in memory, before any worker may take it',
    ),
  SLIPWAY_HEARTBEAT_INTERVAL: wholeNumber(1, 60)
    .prefault('5')
    .describe('Most seconds between two heartbeats of an activity that has something new to tell'),
  SLIPWAY_STEP_TIMEOUT: wholeNumber(1, 86_400)
    .optional()
    .describe(
      'Most seconds that a step of an operation tries and waits, all its tries together, before the operation ends with what the service said last; when empty, Slipway’s own limits hold: 15 minutes to an hour, enough to outlast a service that restarts',
    ),
  SLIPWAY_HELM: z
    .string()
    .min(1)
    .max(4096)
    .prefault('helm')
    .describe('Helm 4, with which addons are installed: a name on PATH, or a path'),
  SLIPWAY_CHART_SOURCE: z
    .string()
    .max(1024)
    .regex(
      /^(upstream|folder|oci(\+http)?:\/\/[^\s?#]+)$/,
      'must be upstream, folder, or oci://<registry>/<path> of a mirror (oci+http:// without TLS)',
    )
    .prefault('upstream')
    .describe(
      'Where charts of addons come from. upstream: from where each is published; oci://<registry>/<path>: from a mirror that has each below its host and path upstream, such as <mirror>/quay.io/jetstack/charts/cert-manager; folder: from SLIPWAY_CHART_FOLDER alone',
    ),
  SLIPWAY_CHART_FOLDER: z
    .string()
    .max(4096)
    .regex(/^\//, 'must be an absolute path')
    .optional()
    .describe(
      'Folder of charts that go before any others: archives <name>-<version>.tgz, or folders <name> with a Chart.yaml of the wanted version; none when empty',
    ),
  SLIPWAY_SHUTDOWN_GRACE: wholeNumber(1, 3_600)
    .prefault('10')
    .describe('Seconds that running activities get to end at shutdown; then they are stopped and retried elsewhere'),
  SLIPWAY_HTTP_ADDRESS: listenAddress
    .prefault('127.0.0.1:0')
    .describe(
      'Address of /healthz, /readyz and /metrics; port 0 takes a free port, which the first line of output names',
    ),
  SLIPWAY_SDK_METRICS_ADDRESS: listenAddress
    .optional()
    .describe('Address of the /metrics of Temporal’s SDK; off when empty'),
  SLIPWAY_VERSIONING: onOff
    .prefault('off')
    .describe('Take part in Worker Deployment versioning: running operations stay on the build that started them'),
  SLIPWAY_DEPLOYMENT_NAME: name('a deployment name').prefault('slipway').describe('Name of the Worker Deployment'),
  SLIPWAY_BUILD_ID: name('a build id')
    .optional()
    .describe('Build id of this worker; when empty, the version and a digest of the code'),
  SLIPWAY_DEPLOYMENT_PROMOTE: z
    .enum(['first', 'on', 'off', 'true', 'false'], { error: 'must be first, on or off' })
    .transform((value) => PROMOTION[value])
    .prefault('first')
    .describe(
      'Make this build the current one at start: on: always; first: only if the deployment has no current build yet; off: that is left to `temporal worker deployment set-current-version`',
    ),
  ...logVariables,
});

/** Everything a worker process is told from outside, but Vault (`vault/configuration.ts`). Durations are in seconds. */
export interface WorkerConfiguration {
  readonly temporal: TemporalConfiguration;
  readonly taskQueue: string;
  readonly maxActivities: number;
  readonly maxWorkflowTasks: number;
  readonly maxCachedWorkflows: number;
  readonly stickyTimeoutSeconds: number;
  readonly heartbeatIntervalSeconds: number;
  readonly stepTimeoutSeconds?: number;
  readonly shutdownGraceSeconds: number;
  readonly http: ListenAddress;
  readonly sdkMetrics?: ListenAddress;
  readonly versioning: boolean;
  readonly deploymentName: string;
  readonly buildId?: string;
  /** When this build becomes the deployment's current one at start. */
  readonly promote: 'first' | 'always' | 'never';
  readonly log: LogConfiguration;
  /** HTTPS_PROXY and its kin: the way to clouds. */
  readonly openStackProxy: ProxyOptions;
  readonly helm: HelmSettings;
}

/** What Helm needs of the worker's environment, and may see of it: it holds tokens, too. */
const HELM_VARIABLES = [
  ...['PATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'no_proxy'],
];

/** @throws ConfigurationError naming every variable that does not fit. */
export function loadWorkerConfiguration(environment: Environment = process.env): WorkerConfiguration {
  const own = parseEnvironment(workerVariables, environment);
  return {
    temporal: loadTemporalConfiguration(environment),
    taskQueue: own.SLIPWAY_TASK_QUEUE,
    maxActivities: own.SLIPWAY_MAX_ACTIVITIES,
    maxWorkflowTasks: own.SLIPWAY_MAX_WORKFLOW_TASKS,
    maxCachedWorkflows: own.SLIPWAY_MAX_CACHED_WORKFLOWS,
    stickyTimeoutSeconds: own.SLIPWAY_STICKY_TIMEOUT,
    heartbeatIntervalSeconds: own.SLIPWAY_HEARTBEAT_INTERVAL,
    ...(own.SLIPWAY_STEP_TIMEOUT === undefined ? {} : { stepTimeoutSeconds: own.SLIPWAY_STEP_TIMEOUT }),
    shutdownGraceSeconds: own.SLIPWAY_SHUTDOWN_GRACE,
    http: own.SLIPWAY_HTTP_ADDRESS,
    ...(own.SLIPWAY_SDK_METRICS_ADDRESS ? { sdkMetrics: own.SLIPWAY_SDK_METRICS_ADDRESS } : {}),
    versioning: own.SLIPWAY_VERSIONING,
    deploymentName: own.SLIPWAY_DEPLOYMENT_NAME,
    ...(own.SLIPWAY_BUILD_ID === undefined ? {} : { buildId: own.SLIPWAY_BUILD_ID }),
    promote: own.SLIPWAY_DEPLOYMENT_PROMOTE,
    log: logConfiguration(own),
    openStackProxy: environmentProxies(environment),
    helm: {
      program: own.SLIPWAY_HELM,
      chartSource: own.SLIPWAY_CHART_SOURCE,
      ...(own.SLIPWAY_CHART_FOLDER === undefined ? {} : { chartFolder: own.SLIPWAY_CHART_FOLDER }),
      environment: Object.fromEntries(
        HELM_VARIABLES.flatMap((name) => {
          const value = environment[name];
          return value === undefined ? [] : [[name, value]];
        }),
      ),
    },
  };
}

/** Folder of the user's caches (XDG Base Directory Specification). Undefined when the environment names no home. */
export function cacheFolder(environment: Environment = process.env): string | undefined {
  const base = environment['XDG_CACHE_HOME'] ?? (environment['HOME'] ? `${environment['HOME']}/.cache` : undefined);
  return base === undefined || base === '' ? undefined : `${base}/slipway`;
}
