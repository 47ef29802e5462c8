import type { Client } from '@temporalio/client';
import type { ProxyOptions } from 'openstack-client-ts';
import type { VaultClient } from '../vault/index.ts';
import type { Clouds } from './cloud/clouds.ts';

/** One answered or failed request to an OpenStack service, for metrics. */
export interface OpenStackRequest {
  readonly cloud: string;
  readonly service: string;
  readonly method: string;
  /** HTTP status, or 0 when no answer came. */
  readonly status: number;
  readonly seconds: number;
}

/** Helm, and where it has its charts from. */
export interface HelmSettings {
  /** A name on PATH, or a path. */
  readonly program: string;
  /** What it is told of the worker's environment: PATH, proxies, certificates. */
  readonly environment: Readonly<Record<string, string>>;
  /** `upstream`, `folder`, or the `oci://` address below which a mirror has all charts. */
  readonly chartSource: string;
  /** Charts of the worker's own, which go before any others: `<name>-<version>.tgz`, or folders `<name>`. */
  readonly chartFolder?: string;
}

/** What activities need of the process they run in. */
export interface ActivityDeps {
  readonly vault: VaultClient;
  /** A client of the same Temporal namespace, with the same data converter as the worker. */
  readonly temporal: Client;
  readonly taskQueue: string;
  /** Most milliseconds that an activity may take, all its tries together; its own limits when absent. */
  readonly stepTimeoutMs?: number;
  /** Proxies on the way to clouds; none when absent. */
  readonly openStackProxy?: ProxyOptions;
  /** For addons; `helm` on no PATH when absent. */
  readonly helm?: HelmSettings;
  readonly onOpenStackRequest?: (request: OpenStackRequest) => void;
}

/** What the activities of every room are made of. */
export type RoomDeps = ActivityDeps & { readonly clouds: Clouds };
