import type { SchedulerHints, Server, ServerCreate, ServerFilters, ServerGroup, Servers } from 'openstack-client-ts';
import type { ServerGroupCreate, ServerGroups } from 'openstack-client-ts';
import { CONTROL_PLANE_GROUP, groupTag, ownerTag, serverGroupName } from '../../model/index.ts';
import { hasOneOf, isOwnServer, justMade, listed, type Own } from './ownership.ts';
import { call } from './session.ts';

/** Which of a cluster's servers. */
export interface WhichServers {
  /** Of this machine group only. */
  readonly group?: string | undefined;
  readonly status?: 'ACTIVE' | 'BUILD';
  /** No more than so many; asks for no more pages than that takes. */
  readonly atMost?: number;
}

/** The cluster's machines. The list is the detailed one: the brief one shows neither tags nor metadata. */
export class OwnServers {
  readonly #servers: Servers;
  readonly #id: string;

  constructor(servers: Servers, id: string) {
    this.#servers = servers;
    this.#id = id;
  }

  async list({ group, status, atMost = Infinity }: WhichServers = {}): Promise<Own<Server>[]> {
    const filters: ServerFilters = {
      tags: [ownerTag(this.#id), ...(group === undefined ? [] : [groupTag(group)])],
      ...(status === undefined ? {} : { status }),
      ...(atMost === 1 ? { limit: 1 } : {}),
    };
    const found: Own<Server>[] = [];
    for await (const server of listed(this.#servers, filters)) {
      if (isOwnServer(server, this.#id)) found.push(server);
      if (found.length >= atMost) break;
    }
    return found;
  }

  /**
   * With those that have the cluster's tag and another cluster's mark, too: nobody knows whose they are, so they stay.
   */
  async listAll(): Promise<{ own: Own<Server>[]; disputed: Server[] }> {
    const tagged = await listed(this.#servers, { tags: [ownerTag(this.#id)] });
    const own = tagged.filter((server) => isOwnServer(server, this.#id));
    return { own, disputed: tagged.filter((server) => !isOwnServer(server, this.#id)) };
  }

  /** @param request made by `serverRequest`, which marks it */
  async create(request: ServerCreate, options: { hints: SchedulerHints; timeoutMs?: number }): Promise<void> {
    await this.#servers.create(request, { ...call(), ...options });
  }

  /** 404 is success. Nova answers before the server is gone. */
  remove({ id }: Own<Server>): Promise<void> {
    return this.#servers.delete(id, { ...call(), missingOk: true });
  }
}

/**
 * The cluster's server groups. A prefix of their names would not do: the groups of a cluster that is named like another
 * one's id begin with it, too.
 */
export class OwnServerGroups {
  readonly #groups: ServerGroups;
  readonly #id: string;

  constructor(groups: ServerGroups, id: string) {
    this.#groups = groups;
    this.#id = id;
  }

  /** @param nodeGroups names of the cluster's node groups */
  async list(nodeGroups: readonly { readonly name: string }[]): Promise<Own<ServerGroup>[]> {
    const names = [CONTROL_PLANE_GROUP, ...nodeGroups.map(({ name }) => name)];
    const full = new Set(names.map((name) => serverGroupName(this.#id, name)));
    return (await listed(this.#groups)).filter((group) => hasOneOf(group, full));
  }

  async create(group: string, policy: ServerGroupCreate['policy']): Promise<Own<ServerGroup>> {
    return justMade(await this.#groups.create({ name: serverGroupName(this.#id, group), policy }, call()));
  }

  /** 404 is success. Nova lets them go also while they have members. */
  remove({ id }: Own<ServerGroup>): Promise<void> {
    return this.#groups.delete(id, { ...call(), missingOk: true });
  }
}
