import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Duplex } from 'node:stream';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  status,
  type ConnectionInjector,
  type GrpcObject,
  type handleUnaryCall,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { z } from 'zod';
import { EtcdError, noLeader, notForLearner } from './errors.ts';
import type { EtcdMembers, Member } from './members.ts';

/** What an etcd keeps: the objects of its cluster. */
export interface EtcdData {
  readonly revision: number;
  /** All of it, as bytes. */
  dump(): Buffer;
}

/** The certificates of one member, all PEM. */
export interface EtcdIdentity {
  /** Who signs the clients of etcd. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

const version = '3.6.8';
const storageVersion = '3.6.0';
/** etcd's default of `--quota-backend-bytes`. */
const defaultQuota = 2 * 1024 ** 3;
/** etcd-io/etcd:server/etcdserver/api/v3rpc/maintenance.go, snapshotSendBufferSize */
const snapshotChunk = 32 * 1024;

const definitions = loadPackageDefinition(
  loadSync(fileURLToPath(new URL('etcd.proto', import.meta.url)), {
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
  }),
);
const isService = (value: unknown): value is ServiceClientConstructor =>
  typeof value === 'function' && 'service' in value;

function serviceOf(name: string) {
  const found = (definitions['etcdserverpb'] as GrpcObject)[name];
  if (!isService(found)) throw new Error(`etcd.proto has no service ${name}`);
  return found.service;
}

const byId = z.object({ ID: z.string() });
const addition = z.object({ peerURLs: z.array(z.string()), isLearner: z.boolean() });
const transfer = z.object({ targetID: z.string() });
const alarm = z.object({
  action: z.enum(['GET', 'ACTIVATE', 'DEACTIVATE']),
  memberID: z.string(),
  alarm: z.enum(['NONE', 'NOSPACE', 'CORRUPT']),
});

const memberView = ({ id, name, peerUrls, clientUrls, isLearner }: Member) => ({
  ID: id,
  name,
  peerURLs: peerUrls,
  clientURLs: clientUrls,
  isLearner,
});

/** One member of etcd as its clients see it: gRPC over TLS, for clients of the cluster's etcd authority only. */
export class EtcdServer {
  readonly #members: EtcdMembers;
  readonly #self: Member;
  readonly #data: EtcdData;
  readonly #server = new Server({ 'grpc.max_receive_message_length': 2 * 1024 * 1024 });
  readonly #injector: ConnectionInjector;

  constructor(members: EtcdMembers, self: Member, data: EtcdData, identity: EtcdIdentity) {
    this.#members = members;
    this.#self = self;
    this.#data = data;
    this.#server.addService(serviceOf('Cluster'), {
      MemberList: this.#unary(z.object({ linearizable: z.boolean() }), ({ linearizable }) => {
        if (linearizable && !members.hasQuorum) throw noLeader();
        return this.#list();
      }),
      MemberAdd: this.#unary(addition, ({ peerURLs, isLearner }) => {
        const member = members.add(peerURLs, isLearner);
        return { member: memberView(member), ...this.#list() };
      }),
      MemberPromote: this.#unary(byId, ({ ID }) => {
        members.promote(ID);
        return this.#list();
      }),
      MemberRemove: this.#unary(byId, ({ ID }) => {
        members.remove(ID);
        return this.#list();
      }),
    });
    this.#server.addService(serviceOf('Maintenance'), {
      Status: this.#unary(z.object({}), () => this.#status(), true),
      MoveLeader: this.#unary(transfer, ({ targetID }) => {
        members.moveLeader(self.id, targetID);
        return {};
      }),
      Alarm: this.#unary(alarm, (request) => ({
        alarms: members.alarm(request.action, request.memberID, request.alarm),
      })),
      Snapshot: (call: ServerWritableStream<unknown, unknown>) => {
        this.#snapshot(call);
      },
    });
    this.#injector = this.#server.createConnectionInjector(
      ServerCredentials.createSsl(
        Buffer.from(identity.authority),
        [{ cert_chain: Buffer.from(identity.certificate), private_key: Buffer.from(identity.key) }],
        true,
      ),
    );
  }

  /** Takes over a client's connection. */
  accept(connection: Duplex): void {
    this.#injector.injectConnection(connection);
  }

  /** Ends all connections. */
  close(): void {
    this.#injector.destroy();
    this.#server.forceShutdown();
  }

  #header() {
    return {
      cluster_id: this.#members.clusterId,
      member_id: this.#self.id,
      revision: this.#data.revision,
      raft_term: this.#members.term,
    };
  }

  readonly #list = () => ({ members: this.#members.list().map(memberView) });

  #status() {
    const members = this.#members;
    const index = this.#data.revision + members.changes;
    const size = this.#data.dump().length;
    return {
      ...{ version, storageVersion, dbSize: size, dbSizeInUse: size, dbSizeQuota: defaultQuota },
      leader: members.leader ?? '0',
      ...{ raftIndex: index, raftAppliedIndex: index, raftTerm: members.term },
      errors: [
        ...(members.leader === undefined ? ['etcdserver: no leader'] : []),
        ...members.alarms.map(({ memberID, alarm: kind }) => `memberID:${memberID} alarm:${kind} `),
      ],
      isLearner: this.#self.isLearner,
    };
  }

  #unary<T extends z.ZodType>(
    schema: T,
    answer: (request: z.output<T>) => object,
    forLearners = false,
  ): handleUnaryCall<unknown, unknown> {
    return (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => {
      try {
        if (this.#self.isLearner && !forLearners) throw notForLearner();
        const result = answer(schema.parse(call.request));
        done(null, { header: this.#header(), ...result });
      } catch (error) {
        done(error instanceof EtcdError ? error : { code: status.UNKNOWN, details: String(error) });
      }
    };
  }

  /** The data in chunks, then its SHA-256. It is not a bolt database: nothing but this sandbox reads it. */
  #snapshot(call: ServerWritableStream<unknown, unknown>): void {
    const data = this.#data.dump();
    const chunks = Array.from({ length: Math.ceil(data.length / snapshotChunk) }, (_, index) =>
      data.subarray(index * snapshotChunk, (index + 1) * snapshotChunk),
    );
    let sent = 0;
    for (const blob of chunks) {
      sent += blob.length;
      call.write({ remaining_bytes: data.length - sent, blob, version: storageVersion });
    }
    call.write({ remaining_bytes: 0, blob: createHash('sha256').update(data).digest(), version: storageVersion });
    call.end();
  }
}
