import type { ApplicationCredential, ApplicationCredentials } from 'openstack-client-ts';
import { clusterNames, ownerTag } from '../../model/index.ts';
import { asAsked, hasOwnDescription, justMade, type Own } from './ownership.ts';
import { call } from './session.ts';

/** What a list of Keystone is called where its filter is ignored. */
const KIND = { serviceType: 'identity', noun: 'application credential' };

/**
 * The application credentials that Slipway's user has made for a cluster: one, or several after a creation that was
 * repeated. Keystone shows and removes a user's own only.
 */
export class OwnCredentials {
  readonly #credentials: ApplicationCredentials;
  readonly #id: string;

  constructor(credentials: ApplicationCredentials, id: string) {
    this.#credentials = credentials;
    this.#id = id;
  }

  async list(): Promise<Own<ApplicationCredential>[]> {
    const filters = { name: clusterNames(this.#id).cloudCredential };
    const rows = await this.#credentials.list(filters, call());
    return rows.map((row) => asAsked(KIND, filters, row)).filter((row) => hasOwnDescription(row, this.#id));
  }

  /** Its secret is in this answer, and nowhere else. It may make no other ones, and does not end. */
  async create(roles: readonly string[]): Promise<Own<ApplicationCredential>> {
    const values = {
      name: clusterNames(this.#id).cloudCredential,
      description: ownerTag(this.#id),
      roles: roles.map((name) => ({ name })),
      unrestricted: false,
    };
    return justMade(await this.#credentials.create(values, call()));
  }

  /** 404 is success. */
  remove({ id }: Own<ApplicationCredential>): Promise<void> {
    return this.#credentials.delete(id, { ...call(), missingOk: true });
  }
}
