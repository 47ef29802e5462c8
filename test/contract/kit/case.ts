import type { ClientOptions, OpenStackClient, OpenStackError } from 'openstack-client-ts';

/** A request that no client would make, such as one with a broken body. */
export interface PlainRequest {
  /** Catalogue type of the service, e.g. `compute`; the path is relative to its versioned endpoint. */
  readonly service: string;
  readonly method: string;
  readonly path: string;
  /** Sent as JSON, or as it is if it is text. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** A token, or `false` for none; default: the user's. */
  readonly token?: string | false;
}

/** A state that a case had to meet was over when it came: nothing is wrong, and the case is run again. */
export class StateIsOver extends Error {
  override readonly name = 'StateIsOver';
}

/** What came back. */
export interface PlainReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What every cloud of the contract has from the start. */
export interface Seeds {
  /** `ubuntu-24.04-kube-v1.36.3`. */
  readonly image: string;
  /** `m1.small`. */
  readonly flavor: string;
  /** `public`. */
  readonly externalNetwork: string;
}

/**
 * What a case works with: a project of its own, empty, with the services' default quotas. Every request of its clients
 * is recorded, with its answer, and compared between the clouds.
 */
export interface CaseContext {
  readonly project: { readonly id: string; readonly name: string };
  readonly seeds: Seeds;
  /** An ordinary user of the project. */
  readonly user: OpenStackClient;
  /** The cloud's administrator. Not recorded: it only sets the scene, such as quotas. */
  readonly admin: OpenStackClient;
  /** Ends the case's time. */
  readonly signal: AbortSignal;
  /** One more recorded client, such as one of an application credential or with a microversion of its own. */
  readonly connect: (options?: Partial<ClientOptions>) => OpenStackClient;
  /** The name and password with which {@link user} logs in. */
  readonly credentials: { readonly authUrl: string; readonly username: string; readonly password: string };
  /** Sends a request as it is, recorded. */
  readonly send: (request: PlainRequest) => Promise<PlainReply>;
  /** Expects the call to be refused with this status. */
  readonly refused: (status: number, call: () => Promise<unknown>) => Promise<OpenStackError>;
  /** Calls that are not recorded: how many polls a wait takes is nobody's promise. */
  readonly quietly: <T>(calls: () => Promise<T>) => Promise<T>;
  /** Polls, unrecorded, until the answer is as wanted. */
  readonly until: <T>(ask: () => Promise<T>, wanted: (answer: T) => boolean, milliseconds?: number) => Promise<T>;
  /** Adds a fact to what is compared. Lists keep their order here; those in answers are compared as sets. */
  readonly note: (label: string, value: unknown) => void;
  /** A name that nothing else in the cloud has; compared as `{unique}`. */
  readonly unique: (prefix: string) => string;
  /** Runs at the end of the case, last added first, unrecorded; failures are ignored. */
  readonly cleanUp: (action: () => Promise<unknown>) => void;
}

/** One behaviour that both clouds must show. */
export interface ContractCase {
  /** The behaviour, as a sentence. */
  readonly name: string;
  /** The API reference, or the source, that it stands on. */
  readonly reference: string;
  /** Does the calls, and asserts what the name says. Everything else in the answers is compared between the clouds. */
  readonly run: (context: CaseContext) => Promise<void>;
}

/** The cases of one part of the API. */
export interface ContractArea {
  /** Name of the area, e.g. `compute-servers`; also of its file of recordings. */
  readonly area: string;
  readonly cases: readonly ContractCase[];
}
