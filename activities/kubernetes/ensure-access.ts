import { ApplicationFailure } from '@temporalio/activity';
import {
  RbacAuthorizationV1Api,
  type V1ClusterRoleBinding,
  type V1ObjectMeta,
  type V1RoleBinding,
} from '@kubernetes/client-node';
import { type AccessSpec, bindingName, CLUSTER_LABEL, FailureType } from '../../model/index.ts';
import type { VaultClient } from '../../vault/index.ts';
import { reportProgress } from '../lib/progress.ts';
import { type ClusterApi, FIELD_MANAGER, requireApi, statusOf } from './cluster-api.ts';
import { kubernetesFailure } from './failures.ts';

export interface EnsureAccessInput {
  readonly id: string;
  /** All that users and groups shall be allowed. */
  readonly access: AccessSpec;
}

/** How the bindings were left. */
export interface EnsuredAccess {
  readonly bindings: number;
  /** Those that were made or changed. */
  readonly changed: number;
  readonly removed: number;
}

/**
 * Makes the bindings of a cluster those that are wanted: one for each role in each place. What is wanted comes first,
 * then what is not wanted goes. Those of others are left alone, whatever their names.
 */
export const ensureAccess =
  ({ vault }: { vault: VaultClient }) =>
  async ({ id, access }: EnsureAccessInput): Promise<EnsuredAccess> =>
    bringAccess(await requireApi(vault, id), id, access);

/** The same with the API at hand. */
export async function bringAccess(api: ClusterApi, id: string, access: AccessSpec): Promise<EnsuredAccess> {
  const bindings = new Bindings(api, id);
  const own = await bindings.own();
  const wanted = access.map((grant) => bindings.wanted(grant));
  await bindings.ensureNamespaces(wanted);
  let changed = 0;
  for (const binding of wanted) if (await bindings.ensure(binding)) changed += 1;
  const going = own.filter((one) => !wanted.some((other) => placeOf(other) === placeOf(one)));
  for (const binding of going) await bindings.remove(binding);
  return { bindings: wanted.length, changed, removed: going.length };
}

/** A ClusterRoleBinding, or with a namespace a RoleBinding. */
type Binding = Omit<V1ClusterRoleBinding | V1RoleBinding, 'metadata'> & { readonly metadata: V1ObjectMeta };

/** What a binding is, for a person and to compare. */
const placeOf = ({ metadata: { name = '', namespace } }: Binding): string =>
  namespace === undefined ? `ClusterRoleBinding ${name}` : `RoleBinding ${namespace}/${name}`;

const GROUP = 'rbac.authorization.k8s.io';

class Bindings {
  readonly #api: ClusterApi;
  readonly #rbac: RbacAuthorizationV1Api;
  readonly #id: string;

  constructor(api: ClusterApi, id: string) {
    this.#api = api;
    this.#rbac = api.config.makeApiClient(RbacAuthorizationV1Api);
    this.#id = id;
  }

  wanted({ role, namespace, groups, users }: AccessSpec[number]): Binding {
    const subjects = (kind: 'Group' | 'User', names: readonly string[]) =>
      [...new Set(names)].map((name) => ({ apiGroup: GROUP, kind, name }));
    return {
      apiVersion: `${GROUP}/v1`,
      kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
      metadata: {
        ...{ name: bindingName(role), labels: { [CLUSTER_LABEL]: this.#id } },
        ...(namespace === undefined ? {} : { namespace }),
      },
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
      subjects: [...subjects('Group', groups), ...subjects('User', users)],
    };
  }

  /** Every binding that carries the cluster's mark, and a name that only Slipway gives. */
  async own(): Promise<Binding[]> {
    const labelSelector = `${CLUSTER_LABEL}=${this.#id}`;
    return this.#try('listing the bindings', async () => {
      const [everywhere, within] = await Promise.all([
        this.#rbac.listClusterRoleBinding({ labelSelector }, this.#api.options()),
        this.#rbac.listRoleBindingForAllNamespaces({ labelSelector }, this.#api.options()),
      ]);
      return [...everywhere.items, ...within.items].flatMap(({ metadata, ...binding }) =>
        metadata !== undefined && this.#isOwn(metadata) ? [{ ...binding, metadata }] : [],
      );
    });
  }

  /** Makes the namespaces that are not there. */
  async ensureNamespaces(bindings: readonly Binding[]): Promise<void> {
    const names = new Set(bindings.flatMap(({ metadata: { namespace } }) => namespace ?? []));
    for (const name of names) {
      await this.#try(`making the namespace ${name}`, async () => {
        try {
          await this.#api.core.readNamespace({ name }, this.#api.options());
        } catch (error) {
          if (statusOf(error) !== 404) throw error;
          await this.#api.core.createNamespace({ body: { metadata: { name } } }, this.#api.options());
        }
      });
    }
  }

  /** @returns whether something was made or changed */
  async ensure(binding: Binding): Promise<boolean> {
    const before = await this.#find(binding);
    if (before !== undefined && !this.#isOwn(before)) {
      throw ApplicationFailure.nonRetryable(
        `${placeOf(binding)} of ${this.#id} was made by somebody else: it has no label ${CLUSTER_LABEL}=${this.#id}; remove it, or give what it gives by its own name`,
        FailureType.KubernetesForeign,
      );
    }
    reportProgress({ detail: `applying ${placeOf(binding)}` });
    const after = await this.#try(`applying ${placeOf(binding)}`, () => this.#apply(binding, before !== undefined));
    return before?.resourceVersion !== after.metadata?.resourceVersion;
  }

  /** Gone already is well. */
  async remove(binding: Binding): Promise<void> {
    const { name = '', namespace, uid } = binding.metadata;
    reportProgress({ detail: `removing ${placeOf(binding)}` });
    // The one that was seen, and no other that has its name by now.
    const body = uid === undefined ? {} : { preconditions: { uid } };
    await this.#try(`removing ${placeOf(binding)}`, async () => {
      try {
        if (namespace === undefined) await this.#rbac.deleteClusterRoleBinding({ name, body }, this.#api.options());
        else await this.#rbac.deleteNamespacedRoleBinding({ name, namespace, body }, this.#api.options());
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
      }
    });
  }

  #isOwn({ name = '', labels }: V1ObjectMeta): boolean {
    return labels?.[CLUSTER_LABEL] === this.#id && name.startsWith(bindingName(''));
  }

  async #find(binding: Binding): Promise<V1ObjectMeta | undefined> {
    const { name = '', namespace } = binding.metadata;
    return this.#try(`looking for ${placeOf(binding)}`, async () => {
      try {
        const found =
          namespace === undefined
            ? await this.#rbac.readClusterRoleBinding({ name }, this.#api.options())
            : await this.#rbac.readNamespacedRoleBinding({ name, namespace }, this.#api.options());
        return found.metadata ?? {};
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
        return undefined;
      }
    });
  }

  /** @param isOwn what others have changed of it is taken back; what somebody has made just now is refused */
  #apply(body: Binding, isOwn: boolean): Promise<V1ClusterRoleBinding | V1RoleBinding> {
    const { name = '', namespace } = body.metadata;
    const request = { name, body, fieldManager: FIELD_MANAGER, force: isOwn };
    const options = this.#api.applyOptions();
    return namespace === undefined
      ? this.#rbac.patchClusterRoleBinding(request, options)
      : this.#rbac.patchNamespacedRoleBinding({ ...request, namespace }, options);
  }

  async #try<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw kubernetesFailure(error, `${what} of ${this.#id}`);
    }
  }
}
