import { status } from '@grpc/grpc-js';

/** A refusal of etcd: its gRPC status and its words (etcd-io/etcd:api/v3rpc/rpctypes/error.go). */
export class EtcdError extends Error {
  readonly code: status;
  readonly details: string;

  constructor(code: status, words: string) {
    super(`etcdserver: ${words}`);
    this.name = 'EtcdError';
    this.code = code;
    this.details = this.message;
  }
}

const precondition = (words: string) => (): EtcdError => new EtcdError(status.FAILED_PRECONDITION, words);
const unavailable = (words: string) => (): EtcdError => new EtcdError(status.UNAVAILABLE, words);

export const memberNotFound = (): EtcdError => new EtcdError(status.NOT_FOUND, 'member not found');
export const badUrls = (): EtcdError => new EtcdError(status.INVALID_ARGUMENT, 'given member URLs are invalid');
export const peerUrlExists = precondition('Peer URLs already exists');
export const tooManyLearners = precondition('too many learner members in cluster');
export const notLearner = precondition('can only promote a learner member');
export const learnerNotReady = precondition('can only promote a learner member which is in sync with leader');
export const notEnoughStarted = precondition('re-configuration failed due to not enough started members');
export const badTransferee = precondition('bad leader transferee');
export const notLeader = precondition('not leader');
export const notForLearner = precondition('rpc not supported for learner');
export const unhealthy = unavailable('unhealthy cluster');
export const noLeader = unavailable('no leader');
export const timedOut = unavailable('request timed out');
