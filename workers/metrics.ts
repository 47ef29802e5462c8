import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import { createRegistry } from '../service/metrics.ts';

/** One answered or failed request to an OpenStack service; status 0 when no answer came. */
interface OpenStackRequest {
  readonly cloud: string;
  readonly service: string;
  readonly method: string;
  readonly status: number;
  readonly seconds: number;
}

type ActivityOutcome = 'completed' | 'failed' | 'cancelled';

/** Counts activities. */
export interface ActivityMetrics {
  /** An attempt starts; call what it returns when it ended, with the failure's stable type if it failed. */
  started(activity: string): (outcome: ActivityOutcome, failure?: string) => void;
}

/** Watches the life of Vault's token. */
export interface VaultTokenMetrics {
  /** It expires then; undefined: never. */
  expires(at: Date | undefined): void;
  /** A renewal was tried. */
  renewal(outcome: 'renewed' | 'failed'): void;
}

/**
 * What Slipway measures of itself, in Prometheus' format. Temporal's SDK has metrics of its own
 * (SLIPWAY_SDK_METRICS_ADDRESS).
 */
export interface Metrics {
  readonly registry: Registry;
  readonly activities: ActivityMetrics;
  readonly vaultToken: VaultTokenMetrics;
  readonly onOpenStackRequest: (request: OpenStackRequest) => void;
}

/** Seconds; OpenStack answers in tens of milliseconds when well, in tens of seconds when not. */
const REQUEST_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Seconds; from one call to waiting for a large group. */
const ACTIVITY_BUCKETS = [0.05, 0.1, 0.5, 1, 5, 15, 60, 180, 600, 1800];

/** Makes the metrics of one worker process. */
export function createMetrics(buildId: string): Metrics {
  const registry = createRegistry(buildId);
  const registers = [registry];
  const requests = new Counter({
    name: 'slipway_openstack_requests_total',
    help: 'Requests to OpenStack; status 0 means that no answer came',
    labelNames: ['cloud', 'service', 'method', 'status'] as const,
    registers,
  });
  const latency = new Histogram({
    name: 'slipway_openstack_request_seconds',
    help: 'Time until OpenStack answered',
    labelNames: ['cloud', 'service', 'method'] as const,
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const attempts = new Counter({
    name: 'slipway_activities_total',
    help: 'Ended attempts of activities; failure is the stable type of the failure',
    labelNames: ['activity', 'outcome', 'failure'] as const,
    registers,
  });
  const duration = new Histogram({
    name: 'slipway_activity_seconds',
    help: 'Time an attempt of an activity took',
    labelNames: ['activity', 'outcome'] as const,
    buckets: ACTIVITY_BUCKETS,
    registers,
  });
  const running = new Gauge({
    name: 'slipway_activities_running',
    help: 'Activities that run now',
    labelNames: ['activity'] as const,
    registers,
  });

  const expiry = new Gauge({
    name: 'slipway_vault_token_expiry_timestamp_seconds',
    help: 'When the token for Vault expires unless it is renewed; +Inf for never, 0 while nothing is known of it',
    registers,
  });
  const renewals = new Counter({
    name: 'slipway_vault_token_renewals_total',
    help: 'Tries to renew the token for Vault',
    labelNames: ['outcome'] as const,
    registers,
  });

  return {
    registry,
    vaultToken: {
      expires: (at) => expiry.set(at === undefined ? Infinity : Math.round(at.getTime() / 1000)),
      renewal: (outcome) => renewals.inc({ outcome }),
    },
    onOpenStackRequest: ({ cloud, service, method, status, seconds }) => {
      requests.inc({ cloud, service, method, status });
      latency.observe({ cloud, service, method }, seconds);
    },
    activities: {
      started(activity) {
        running.inc({ activity });
        const end = duration.startTimer({ activity });
        return (outcome, failure = '') => {
          running.dec({ activity });
          end({ outcome });
          attempts.inc({ activity, outcome, failure });
        };
      },
    },
  };
}
