import { ApplicationFailure } from '@temporalio/activity';
import {
  type ClientOptions,
  cloudOptions,
  OpenStackClient,
  type ProxyOptions,
  type RequestInfo,
  type RequestOutcome,
} from 'openstack-client-ts';
import { type CloudEntry, cloudEntrySchema, cloudPath, type CloudSettings, FailureType } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import type { OpenStackRequest } from '../deps.ts';
import { RateLimit } from './rate-limit.ts';

/** A cloud, ready to be used: the client of its services and what Slipway knows of it. */
export interface Cloud {
  readonly name: string;
  readonly client: OpenStackClient;
  readonly settings: CloudSettings;
  /** How others reach it: nothing secret. */
  readonly access: CloudAccess;
  /** The same cloud, seen with an application credential. To be closed. */
  readonly withCredential: (id: string, secret: string) => OpenStackClient;
  /** Longest wait for the answer to an ordinary request: `api_timeout` of its entry, else a minute. */
  readonly timeoutMs: number;
  /** Requests that the cloud refused because there were too many, since the worker started. */
  readonly refused: RefusedRequests;
}

/** What a program needs beside a credential to speak with a cloud. */
export interface CloudAccess {
  /** Keystone's address. */
  readonly authUrl: string;
  readonly region: string | undefined;
  /** PEM of the authorities that its certificates come from; the system's when absent. */
  readonly ca: string | undefined;
  /** False where any certificate is accepted: for trials only. */
  readonly verify: boolean;
}

/** How many requests a cloud refused with 429, and the last of them. */
export interface RefusedRequests {
  count: number;
  last: { readonly service: string; readonly time: Date } | undefined;
}

/**
 * What Slipway's requests need, all of release Train. Nova: flavors within servers, tags in the request that creates,
 * volume types; below 2.26 it drops the filter by tag and lists the whole project (Nova's "REST API version history").
 * Cinder: the same release. An entry of clouds.yaml may ask for more, and cannot bring it below.
 */
export const NEEDED_MICROVERSIONS = { compute: '2.79', 'block-storage': '3.59' } as const;

/** How long a credential is used before Vault is asked whether it changed. */
const FRESH_MS = 60_000;

interface Entry {
  readonly text: string;
  readonly cloud: Cloud;
  checkedAt: number;
}

/**
 * The clouds of a worker: one client, one token and one rate limit for each, shared by all activities. A credential
 * that was changed in Vault is used within a minute.
 */
export class Clouds {
  readonly #vault: VaultClient;
  readonly #onRequest: (request: OpenStackRequest) => void;
  readonly #proxy: ProxyOptions | undefined;
  readonly #entries = new Map<string, Promise<Entry>>();
  readonly #refused = new Map<string, RefusedRequests>();

  constructor(
    vault: VaultClient,
    onRequest: (request: OpenStackRequest) => void = () => undefined,
    proxy?: ProxyOptions,
  ) {
    this.#vault = vault;
    this.#onRequest = onRequest;
    this.#proxy = proxy;
  }

  /** @throws ApplicationFailure `Slipway.UnknownCloud` */
  async get(name: string): Promise<Cloud> {
    const known = this.#entries.get(name);
    const entry = (known && (await this.#refreshed(name, known))) ?? (await this.#remember(name, this.#open(name)));
    return entry.cloud;
  }

  /**
   * As `get`, with the credential read and a token fetched anew: a token knows the roles of the time when it was made.
   *
   * @throws ApplicationFailure `Slipway.UnknownCloud`
   */
  async renew(name: string): Promise<Cloud> {
    return (await this.#remember(name, this.#open(name))).cloud;
  }

  async #refreshed(name: string, known: Promise<Entry>): Promise<Entry | undefined> {
    const entry = await known;
    if (Date.now() - entry.checkedAt < FRESH_MS) return entry;
    entry.checkedAt = Date.now();
    const { text } = await this.#read(name);
    // The old client stays open for the activities that still use it; it holds no timers and idle connections end by
    // themselves.
    return text === entry.text ? entry : undefined;
  }

  #remember(name: string, opening: Promise<Entry>): Promise<Entry> {
    this.#entries.set(name, opening);
    opening.catch(() => this.#entries.delete(name));
    return opening;
  }

  async #open(name: string): Promise<Entry> {
    const { entry, text } = await this.#read(name);
    const limit = new RateLimit(entry.settings.requestsPerSecond);
    const refused = this.#refused.get(name) ?? { count: 0, last: undefined };
    this.#refused.set(name, refused);
    const options = await cloudOptions(entry.cloud, `cloud ${name} in Vault`);
    const { timeoutMs = 60_000 } = options;
    const common = {
      ...options,
      proxy: this.#proxy,
      minimumMicroversions: NEEDED_MICROVERSIONS,
      userAgent: 'slipway',
      hooks: {
        beforeRequest: ({ signal }) => limit.take(signal),
        afterResponse: (request, outcome) => {
          if (outcome.status === 429) {
            refused.count += 1;
            refused.last = { service: request.service, time: new Date() };
          }
          this.#onRequest(toOpenStackRequest(name, request, outcome));
        },
      },
    } satisfies ClientOptions;
    const cloud: Cloud = {
      ...{ name, client: new OpenStackClient(common), settings: entry.settings, timeoutMs, refused },
      ...{ access: accessOf(entry, options), withCredential: (...credential) => clientOf(common, credential) },
    };
    return { text, checkedAt: Date.now(), cloud };
  }

  async #read(name: string): Promise<{ entry: CloudEntry; text: string }> {
    const entry = await this.#vault.kv.find(cloudPath(name), cloudEntrySchema);
    if (entry === undefined) throw unknownCloud(name);
    return { entry, text: JSON.stringify(entry) };
  }
}

const accessOf = ({ cloud: { auth } }: CloudEntry, { region, tls }: ClientOptions): CloudAccess => ({
  ...{ authUrl: auth.auth_url, region, ca: tls?.ca, verify: tls?.verify ?? true },
});

/** A client with the options of another one, and an application credential. */
export const clientOf = (options: ClientOptions, [id, secret]: readonly [string, string]): OpenStackClient =>
  new OpenStackClient({
    ...options,
    auth: {
      auth_url: options.auth.auth_url,
      application_credential_id: id,
      application_credential_secret: secret,
    },
  });

/** There is no cloud with this name. */
export function unknownCloud(name: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: FailureType.UnknownCloud,
    message: `cloud: there is no cloud ${name} in Vault (${cloudPath(name)}); add it with: slipway cloud add ${name}`,
    nonRetryable: true,
    details: [{ issues: [{ path: 'cloud', reason: `there is no cloud ${name} in Vault` }] }],
  });
}

function toOpenStackRequest(cloud: string, request: RequestInfo, outcome: RequestOutcome): OpenStackRequest {
  const { service, method } = request;
  return { cloud, service, method, status: outcome.status ?? 0, seconds: outcome.durationMs / 1000 };
}
