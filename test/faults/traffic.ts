import {
  type Proxy,
  type ProxiedAnswer,
  type ProxiedRequest,
  type ProxyTarget,
  type Reply,
  startProxy,
  without,
} from '../support/fault-proxy.ts';
import { CALL_HEADER, type CallTag, callTagSchema } from './call-tag.ts';
import { type Place, placeOf, placeText, type Service } from './places.ts';

/** A call as it passed. */
export interface SeenCall {
  readonly place: Place;
  readonly key: string;
  /** Milliseconds since the case began. */
  readonly at: number;
  readonly attempt: number;
  /** The lines of Slipway that sent it; empty where they are not known. */
  readonly from: string;
  /** Status of the answer, or what came instead of one. */
  outcome: string;
  /** The fault that was put in. */
  fault?: string;
}

/** A call at the moment in which a fault may be put in. */
export interface Exchange {
  readonly place: Place;
  readonly tag: CallTag;
  readonly request: ProxiedRequest;
  readonly traffic: Traffic;
  /** Sends it, or another request, on to the service. */
  readonly forward: (changed?: ProxiedRequest) => Promise<ProxiedAnswer>;
  /** Breaks this cluster's connections to the service and refuses new ones for a moment. */
  readonly refuse: () => Promise<void>;
}

/** The fault of a case: at which call, and what happens there. */
export interface Rule {
  readonly key: string;
  /** 1: the first call of this place. */
  readonly occurrence: number;
  /** From that call on, until the rule is taken off. */
  readonly permanent: boolean;
  readonly act: (exchange: Exchange) => Promise<Reply>;
  readonly name: string;
}

/** Everything that goes between the workers and the world for one cluster, and the place where faults are put in. */
export class Traffic {
  readonly cluster: string;
  readonly calls: SeenCall[] = [];
  /** Requests that no activity claims. */
  untagged = 0;
  /** How often the rule was used. */
  hits = 0;
  /** Path of Keystone's tokens, as the client found it. */
  tokensPath: string | undefined;
  /** Set when the worker has read the cluster's kubeconfig. */
  kubernetes: ProxyTarget | undefined;
  readonly #started = Date.now();
  #rule: Rule | undefined;
  #counts = new Map<string, number>();
  readonly #proxies: Proxy[] = [];
  #openstack: Proxy | undefined;
  #vaultRefusedUntil = 0;
  #api: Proxy | undefined;

  constructor(cluster: string) {
    this.cluster = cluster;
  }

  /** Opens the cluster's own ways to its cloud and to its API. */
  async open(cloudUrl: string, tls: { cert: string; key: string }): Promise<void> {
    this.#openstack = await startProxy({
      target: () => ({ url: cloudUrl }),
      intercept: (request, forward) => this.intercept('openstack', request, forward),
    });
    this.#api = await startProxy({
      target: () => this.kubernetes ?? { url: 'https://127.0.0.1:1' },
      intercept: (request, forward) => this.intercept('kubernetes', request, forward),
      tls,
    });
    this.#proxies.push(this.#openstack, this.#api);
  }

  get openstackAddress(): string {
    return this.#openstack?.address ?? '';
  }

  get kubernetesAddress(): string {
    return this.#api?.address ?? '';
  }

  /** Counts calls from now on, and puts the fault in. */
  arm(rule: Rule | undefined): void {
    this.#rule = rule;
    this.#counts = new Map();
  }

  async intercept(
    service: Service,
    request: ProxiedRequest,
    forward: (changed?: ProxiedRequest) => Promise<ProxiedAnswer>,
  ): Promise<Reply> {
    const tag = tagOf(request);
    if (tag === undefined) {
      if (!isHelm(request)) this.untagged += 1;
      return forward(request);
    }
    const place = placeOf(tag.activity, service, request, this.cluster);
    const key = placeText(place);
    if (key.endsWith('/auth/tokens')) this.tokensPath = request.path;
    const call: SeenCall = {
      place,
      key,
      at: Date.now() - this.#started,
      attempt: tag.attempt,
      from: tag.from ?? '',
      outcome: 'no answer yet',
    };
    this.calls.push(call);
    const plain = withoutTag(request);
    const occurrence = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, occurrence);
    if (service === 'vault' && Date.now() < this.#vaultRefusedUntil) {
      call.outcome = 'cut';
      return 'cut';
    }
    const rule = this.#rule;
    let reply: Reply;
    if (rule?.key === key && (rule.permanent ? occurrence >= rule.occurrence : occurrence === rule.occurrence)) {
      this.hits += 1;
      call.fault = rule.name;
      const refuse = () => this.#refuse(service);
      reply = await rule.act({
        place,
        tag,
        request: plain,
        traffic: this,
        forward: (changed) => forward(changed ?? plain),
        refuse,
      });
    } else {
      reply = await forward(plain);
    }
    call.outcome = typeof reply === 'string' ? reply : `${reply.status}`;
    return reply;
  }

  async close(): Promise<void> {
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
  }

  /** Vault's port is shared by all clusters: to one of them it is refused by breaking each of its connections. */
  async #refuse(service: Service): Promise<void> {
    if (service === 'openstack') await this.#openstack?.refuse(REFUSE_MS);
    if (service === 'kubernetes') await this.#api?.refuse(REFUSE_MS);
    if (service === 'vault') this.#vaultRefusedUntil = Date.now() + REFUSE_MS;
  }
}

/** Long enough that the next tries of every client meet it, shorter than all their patience. */
const REFUSE_MS = 400;

/** Who sent a request; undefined when it was no activity. */
export function tagOf({ headers }: ProxiedRequest): CallTag | undefined {
  const text = headers[CALL_HEADER];
  return typeof text === 'string' ? callTagSchema.parse(JSON.parse(text)) : undefined;
}

/**
 * Helm is a program of its own. Its requests meet no faults here; it is killed instead
 * (test/operations/addons-killed.test.ts).
 */
const isHelm = ({ headers }: ProxiedRequest): boolean => String(headers['user-agent']).startsWith('Helm/');

function withoutTag(request: ProxiedRequest): ProxiedRequest {
  return { ...request, headers: without(request.headers, CALL_HEADER) };
}
