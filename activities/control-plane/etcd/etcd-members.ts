import { fileURLToPath } from 'node:url';
import { cancellationSignal } from '@temporalio/activity';
import {
  credentials,
  loadPackageDefinition,
  type ChannelCredentials,
  type Client,
  type GrpcObject,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { vaultPaths } from '../../../model/index.ts';
import type { VaultClient } from '../../../vault/index.ts';
import type { ClusterApi } from '../../kubernetes/cluster-api.ts';
import { roles } from '../../secrets/authorities.ts';
import { etcdFailure } from './failures.ts';
import { openPodTunnel, type PodTunnel } from './pod-tunnel.ts';

/** A member of a cluster's etcd. */
export interface EtcdMember {
  /** 64 bits, as a decimal number. */
  readonly id: string;
  /** The node's name; empty until it has started. */
  readonly name: string;
  /** Where the others reach it. */
  readonly addresses: readonly string[];
  /** It does not vote yet. */
  readonly isLearner: boolean;
}

/** What a member says of itself. */
export interface EtcdStatus {
  readonly memberId: string;
  /** Id of the leader; `0` when it knows none. */
  readonly leaderId: string;
  readonly isLearner: boolean;
  /** Alarms and the like; empty when it is well. */
  readonly errors: readonly string[];
}

/** A call that is not answered by then counts as unanswered. */
const TIMEOUT_MS = 10_000;
/** Life of the client's certificate, in seconds: longer than any activity that uses it. */
const CERTIFICATE_TTL = 1800;

const memberSchema = z
  .looseObject({ ID: z.string(), name: z.string(), peerURLs: z.array(z.url()), isLearner: z.boolean() })
  .transform(({ ID: id, name, peerURLs, isLearner }): EtcdMember => ({
    ...{ id, name, isLearner },
    addresses: peerURLs.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, '')),
  }));
const membersSchema = z.looseObject({ members: z.array(memberSchema) });
const statusSchema = z.looseObject({
  header: z.looseObject({ member_id: z.string() }),
  leader: z.string(),
  isLearner: z.boolean(),
  errors: z.array(z.string()),
});

const definition = loadPackageDefinition(
  loadSync(fileURLToPath(new URL('./etcd.proto', import.meta.url)), { keepCase: true, longs: String, defaults: true }),
);

type ClientClass = new (address: string, creds: ChannelCredentials, options: object) => Client;
const isClass = (value: unknown): value is ClientClass => typeof value === 'function';

/** What it takes to reach the etcd of a cluster. */
export interface EtcdAccess {
  readonly config: KubeConfig;
  readonly creds: ChannelCredentials;
}

/**
 * Has Vault issue a client certificate for a cluster's etcd, which takes any one of its authority. It lives for half an
 * hour.
 */
export async function etcdAccess(vault: VaultClient, id: string, { config }: ClusterApi): Promise<EtcdAccess> {
  const issued = await vault.pki.issue(
    vaultPaths(id).pki.etcd,
    roles.etcdClient,
    { commonName: 'slipway', ttlSeconds: CERTIFICATE_TTL },
    cancellationSignal(),
  );
  const [ca, key, certificate] = [issued.issuingCa, issued.privateKey, issued.certificate].map((pem) =>
    Buffer.from(pem),
  );
  return { config, creds: credentials.createSsl(ca, key, certificate) };
}

/** The etcd of one control plane, reached through the port-forward of its pod: no agent, no SSH, no open port. */
export class EtcdPeer {
  readonly #node: string;
  readonly #tunnel: PodTunnel;
  readonly #cluster: Client;
  readonly #maintenance: Client;

  private constructor(node: string, tunnel: PodTunnel, creds: ChannelCredentials) {
    this.#node = node;
    this.#tunnel = tunnel;
    const client = (service: string): Client => {
      const found = (definition['etcdserverpb'] as GrpcObject)[service];
      if (!isClass(found)) throw new Error(`etcd.proto has no service ${service}`);
      return new found(`unix:${tunnel.socketPath}`, creds, { 'grpc.ssl_target_name_override': 'localhost' });
    };
    this.#cluster = client('Cluster');
    this.#maintenance = client('Maintenance');
  }

  /** Opens a way to the etcd on this node, and closes it when `use` has ended. */
  static async with<Result>(
    { config, creds }: EtcdAccess,
    node: string,
    use: (peer: EtcdPeer) => Promise<Result>,
  ): Promise<Result> {
    const tunnel = await openPodTunnel(config, { namespace: 'kube-system', pod: `etcd-${node}`, port: 2379 });
    const peer = new EtcdPeer(node, tunnel, creds);
    try {
      return await use(peer);
    } finally {
      peer.#cluster.close();
      peer.#maintenance.close();
      await tunnel.close();
    }
  }

  /** All members, as the majority knows them. */
  async members(): Promise<readonly EtcdMember[]> {
    return (await this.#call(this.#cluster, 'MemberList', { linearizable: true }, membersSchema)).members;
  }

  async status(): Promise<EtcdStatus> {
    const { header, leader, isLearner, errors } = await this.#call(this.#maintenance, 'Status', {}, statusSchema);
    return { memberId: header.member_id, leaderId: leader, isLearner, errors };
  }

  /** Hands the leadership on. Only the leader takes it. */
  async moveLeader(targetId: string): Promise<void> {
    await this.#call(this.#maintenance, 'MoveLeader', { targetID: targetId }, z.unknown());
  }

  /** Takes a member away. Ask another one than it. */
  async removeMember(memberId: string): Promise<void> {
    await this.#call(this.#cluster, 'MemberRemove', { ID: memberId }, z.unknown());
  }

  #call<Answer>(client: Client, method: string, request: object, schema: z.ZodType<Answer>): Promise<Answer> {
    const signal = cancellationSignal();
    return new Promise((resolve, reject) => {
      const run: unknown = Reflect.get(client, method);
      if (typeof run !== 'function') throw new Error(`etcd.proto has no method ${method}`);
      const answered = (error: ServiceError | null, answer: unknown): void => {
        signal.removeEventListener('abort', cancel);
        if (error === null) resolve(schema.parse(answer));
        else reject(etcdFailure(error, `${method} of the etcd on ${this.#node}`, this.#tunnel.problems()));
      };
      const call: unknown = Reflect.apply(run, client, [request, { deadline: Date.now() + TIMEOUT_MS }, answered]);
      const cancel = (): void => (call as { cancel: () => void }).cancel();
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) cancel();
    });
  }
}
