import { randomBytes } from 'node:crypto';
import {
  badTransferee,
  badUrls,
  learnerNotReady,
  memberNotFound,
  notEnoughStarted,
  notLeader,
  notLearner,
  peerUrlExists,
  timedOut,
  tooManyLearners,
  unhealthy,
} from './errors.ts';

/** One member of an etcd cluster. Ids are unsigned 64-bit numbers, as texts of decimal digits. */
export interface Member {
  readonly id: string;
  /** Empty until it has started for the first time. */
  name: string;
  readonly peerUrls: readonly string[];
  clientUrls: readonly string[];
  isLearner: boolean;
  /** Whether its process runs. */
  isAlive: boolean;
}

/** What is wrong with a member, as it told the others: kinds of etcd's alarms. */
export type AlarmKind = 'NOSPACE' | 'CORRUPT';
interface Alarm {
  readonly memberID: string;
  readonly alarm: AlarmKind;
}

/** etcd's default of `--max-learners`. */
const maximumLearners = 1;
const newId = (): string => (randomBytes(8).readBigUInt64BE() | 1n).toString();
const peerPort = 2380;
const clientPort = 2379;

/** The peer URL of the member on a machine, as kubeadm gives it. */
export const peerUrl = (address: string): string => `https://${address}:${peerPort}`;

/**
 * The membership of one etcd cluster, and who leads it. It changes by etcd's rules only
 * (etcd-io/etcd:server/etcdserver/server.go with `--strict-reconfig-check`, which is the default).
 */
export class EtcdMembers {
  readonly clusterId = newId();
  readonly #members = new Map<string, Member>();
  readonly #removed = new Set<(member: Member) => void>();
  #alarms: readonly Alarm[] = [];
  #leader: string | undefined;
  #term = 2;
  #changes = 8;

  /** The first member, which needs nobody. */
  bootstrap(name: string, address: string): Member {
    const member = this.#insert([peerUrl(address)], false);
    this.#start(member, name, address);
    this.#elect();
    return member;
  }

  list(): readonly Member[] {
    return [...this.#members.values()];
  }

  /** The running member of this name. */
  running(name: string): Member | undefined {
    return this.list().find((member) => member.isAlive && member.name === name);
  }

  get leader(): string | undefined {
    return this.#leader;
  }

  get term(): number {
    return this.#term;
  }

  /** How many changes of the membership there were: they are in the log beside the writes of clients. */
  get changes(): number {
    return this.#changes;
  }

  /** Whether a majority of the voting members runs: without it nothing is written. */
  get hasQuorum(): boolean {
    return this.#activeVoters() > this.#voters().length / 2;
  }

  /** @throws EtcdError when its URLs are not right, there is a learner already, or it would endanger the majority. */
  add(peerUrls: readonly string[], isLearner: boolean): Member {
    if (peerUrls.length === 0 || !peerUrls.every((url) => /^https?:\/\/[^/\s]+:\d+$/u.test(url))) throw badUrls();
    this.#requireQuorum();
    if (this.list().some((member) => member.peerUrls.some((url) => peerUrls.includes(url)))) throw peerUrlExists();
    if (isLearner && this.#learners().length >= maximumLearners) throw tooManyLearners();
    const voters = this.#voters();
    const started = voters.filter(({ name }) => name !== '').length;
    // The newcomer counts as one that has not started.
    const restores = started === 1 && voters.length === 1;
    if (!isLearner && !restores && started < Math.floor((voters.length + 1) / 2) + 1) throw notEnoughStarted();
    if (this.#activeVoters() < Math.floor((voters.length + 1) / 2) + 1 && !(voters.length === 1)) throw unhealthy();
    this.#changes += 1;
    return this.#insert(peerUrls, isLearner);
  }

  /** A member that was added starts on its machine. @throws EtcdError when it is no member */
  start(id: string, name: string, address: string): void {
    this.#start(this.get(id), name, address);
    this.#elect();
  }

  /** @throws EtcdError when it is no learner, or one that does not run */
  promote(id: string): void {
    const member = this.get(id);
    this.#requireQuorum();
    if (!member.isLearner) throw notLearner();
    if (!member.isAlive) throw learnerNotReady();
    const voters = this.#voters();
    const started = voters.filter(({ name }) => name !== '').length + 1;
    if (started < Math.floor((voters.length + 1) / 2) + 1) throw notEnoughStarted();
    member.isLearner = false;
    this.#changes += 1;
  }

  /** Removes a member; if it runs, it stops. @throws EtcdError when that would endanger the majority */
  remove(id: string): void {
    const member = this.get(id);
    this.#requireQuorum();
    if (!member.isLearner) this.#mayRemove(member);
    this.#members.delete(id);
    this.#changes += 1;
    member.isAlive = false;
    this.#elect();
    for (const listener of this.#removed) listener(member);
  }

  /** @throws EtcdError when the asked member does not lead, or the other one cannot */
  moveLeader(asked: string, target: string): void {
    if (asked !== this.#leader) throw notLeader();
    const member = this.#members.get(target);
    if (!member || member.isLearner) throw badTransferee();
    if (!member.isAlive) throw timedOut();
    if (target === this.#leader) return;
    this.#leader = target;
    this.#term += 1;
  }

  /** The machine of a member is gone; it stays a member. */
  lose(id: string): void {
    const member = this.#members.get(id);
    if (!member) return;
    member.isAlive = false;
    this.#elect();
  }

  /** @throws EtcdError 404 */
  get(id: string): Member {
    const member = this.#members.get(id);
    if (!member) throw memberNotFound();
    return member;
  }

  /** The alarms that are raised. */
  get alarms(): readonly Alarm[] {
    return this.#alarms;
  }

  /** Shows, raises or ends alarms; returns those which that was about. Member 0 and alarm NONE stand for all. */
  alarm(action: 'GET' | 'ACTIVATE' | 'DEACTIVATE', memberID: string, kind: AlarmKind | 'NONE'): readonly Alarm[] {
    const meant = this.#alarms.filter(
      (one) => (memberID === '0' || one.memberID === memberID) && (kind === 'NONE' || one.alarm === kind),
    );
    if (action === 'GET') return meant;
    this.#requireQuorum();
    if (action === 'DEACTIVATE') {
      this.#alarms = this.#alarms.filter((one) => !meant.includes(one));
      return meant;
    }
    if (kind === 'NONE') return [];
    const raised = { memberID, alarm: kind };
    if (meant.length === 0) this.#alarms = [...this.#alarms, raised];
    return [raised];
  }

  /** Calls `listener` with every member that is removed. Returns what ends it. */
  onRemoved(listener: (member: Member) => void): () => void {
    this.#removed.add(listener);
    return () => this.#removed.delete(listener);
  }

  #mayRemove(member: Member): void {
    const rest = this.#voters().filter(({ id }) => id !== member.id);
    const started = rest.filter(({ name }) => name !== '').length;
    if (started < Math.floor(rest.length / 2) + 1) throw notEnoughStarted();
    if (member.isAlive && this.#activeVoters() - 1 < 1 + Math.floor(rest.length / 2)) throw unhealthy();
  }

  #requireQuorum(): void {
    if (!this.hasQuorum) throw timedOut();
  }

  #insert(peerUrls: readonly string[], isLearner: boolean): Member {
    const member = { id: newId(), name: '', peerUrls: [...peerUrls], clientUrls: [], isLearner, isAlive: false };
    this.#members.set(member.id, member);
    return member;
  }

  #start(member: Member, name: string, address: string): void {
    member.name = name;
    member.clientUrls = [`https://${address}:${clientPort}`];
    member.isAlive = true;
  }

  /** Keeps the leader if it still can lead, else elects another voter, if there is a majority for it. */
  #elect(): void {
    const leader = this.#members.get(this.#leader ?? '');
    if (this.hasQuorum && leader?.isAlive === true && !leader.isLearner) return;
    const next = this.hasQuorum ? this.#voters().find(({ isAlive }) => isAlive) : undefined;
    if (next) this.#term += 1;
    this.#leader = next?.id;
  }

  readonly #voters = (): Member[] => this.list().filter(({ isLearner }) => !isLearner);
  readonly #learners = (): Member[] => this.list().filter(({ isLearner }) => isLearner);
  readonly #activeVoters = (): number => this.#voters().filter(({ isAlive }) => isAlive).length;
}
