import { randomInt, randomUUID } from 'node:crypto';
import { admit, type AdmissionContext } from './admission.ts';
import { alreadyExists, ApiError, badRequest, conflict, invalid, notFound } from './api-error.ts';
import { draftSchema, timestamp, type Draft, type KubeObject, type OwnerReference } from './object.ts';
import { apiVersionOf, resourceOf, resourceTypes, type ResourceType } from './resource-type.ts';
import { Store } from './store.ts';

/** How to write: `dryRun` answers as usual and stores nothing. */
export interface WriteOptions {
  readonly dryRun?: boolean;
}

/** How to delete. */
export interface DeleteOptions extends WriteOptions {
  readonly orphanDependents?: boolean;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

const namePattern = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/u;
const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789';
const nameAttempts = 8;
const looseNames = new Set(['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']);
const same = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right);

/**
 * The meaning of writes: names, versions, generations, defaults, finalizers, and what goes with a deleted object.
 * The HTTP API, the controllers and the simulated kubeadm all write through it.
 */
export class Registry {
  readonly store = new Store();
  readonly #context: AdmissionContext;

  constructor(context: AdmissionContext) {
    this.#context = context;
  }

  /** @throws ApiError 404 */
  get(type: ResourceType, namespace: string | undefined, name: string): KubeObject {
    const found = this.store.get(type, namespace, name);
    if (found === undefined) throw notFound(type, name);
    return found;
  }

  /** @throws ApiError 400, 404 (namespace), 409, 422 */
  create(type: ResourceType, namespace: string | undefined, input: unknown, options: WriteOptions = {}): KubeObject {
    const draft = parseDraft(type, input);
    const { metadata } = draft;
    if (type.namespaced && metadata.namespace !== undefined && metadata.namespace !== namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    }
    const name = metadata.name ?? this.#generateName(type, namespace, metadata.generateName);
    if (name === undefined)
      throw invalid(type, '', 'metadata.name', 'Required value: name or generateName is required');
    if (name.length > 253 || !(looseNames.has(type.kind) || namePattern.test(name))) {
      throw invalid(
        type,
        name,
        'metadata.name',
        `Invalid value: "${name}": a lowercase RFC 1123 subdomain is required`,
      );
    }
    if (type.namespaced) this.#requireNamespace(namespace, type, name);
    if (this.store.get(type, namespace, name) !== undefined) throw alreadyExists(type, name);
    const admitted = admit(type.kind, { ...draft, metadata: { ...metadata, name } }, this.#context);
    const object: KubeObject = {
      ...admitted,
      apiVersion: apiVersionOf(type),
      kind: type.kind,
      metadata: {
        ...plainMetadata(admitted),
        name,
        ...(type.namespaced ? { namespace } : {}),
        uid: randomUUID(),
        resourceVersion: '',
        creationTimestamp: timestamp(),
        ...('spec' in admitted ? { generation: 1 } : {}),
        deletionTimestamp: undefined,
      },
    };
    return options.dryRun === true ? object : this.store.put(type, object);
  }

  /**
   * Replaces an object, or only its status.
   * @throws ApiError 400, 404, 409
   */
  update(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    input: unknown,
    options: WriteOptions & { readonly subresource?: string | undefined } = {},
  ): KubeObject {
    const current = this.get(type, namespace, name);
    const draft = parseDraft(type, input);
    const { uid, resourceVersion } = draft.metadata;
    if (
      resourceVersion !== undefined &&
      resourceVersion !== '' &&
      resourceVersion !== current.metadata.resourceVersion
    ) {
      throw conflict(type, name);
    }
    if (uid !== undefined && uid !== '' && uid !== current.metadata.uid) {
      throw conflict(
        type,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
      );
    }
    const next = this.#next(type, current, draft, options.subresource);
    if (
      same(
        { ...next, metadata: { ...next.metadata, resourceVersion: '' } },
        { ...current, metadata: { ...current.metadata, resourceVersion: '' } },
      )
    ) {
      return current;
    }
    if (options.dryRun === true) return next;
    if (next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0) {
      this.store.put(type, next);
      this.#purge(type, next);
      return next;
    }
    return this.store.put(type, next);
  }

  /** Replaces an object's status; an object that is gone is left gone. */
  setStatus(type: ResourceType, namespace: string | undefined, name: string, status: unknown): void {
    const current = this.store.get(type, namespace, name);
    if (current !== undefined && !same(current['status'], status)) this.store.put(type, { ...current, status });
  }

  /**
   * Deletes an object, or marks it when finalizers hold it.
   * @throws ApiError 404, 409 (precondition)
   */
  delete(type: ResourceType, namespace: string | undefined, name: string, options: DeleteOptions = {}): KubeObject {
    const current = this.get(type, namespace, name);
    const { uid, resourceVersion } = current.metadata;
    if (options.uid !== undefined && options.uid !== uid) throw conflict(type, name, 'Precondition failed: UID');
    if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion)
      throw conflict(type, name);
    if (options.dryRun === true) return current;
    if (options.orphanDependents === true) this.#orphan(current);
    const held = (current.metadata.finalizers ?? []).length > 0;
    if (type.kind === 'Namespace') return this.#deleteNamespace(type, current);
    if (!held) return this.#purge(type, current);
    if (current.metadata.deletionTimestamp !== undefined) return current;
    return this.store.put(type, { ...current, metadata: { ...current.metadata, deletionTimestamp: timestamp() } });
  }

  #next(type: ResourceType, current: KubeObject, draft: Draft, subresource: string | undefined): KubeObject {
    if (subresource === 'status') return { ...current, status: draft['status'] };
    const admitted = admit(type.kind, draft, this.#context);
    const keepsStatus = type.subresources.includes('status');
    const changed = 'spec' in admitted && !same(admitted['spec'], current['spec']);
    const { metadata } = current;
    return {
      ...admitted,
      apiVersion: current.apiVersion,
      kind: current.kind,
      metadata: {
        ...plainMetadata(admitted),
        name: metadata.name,
        ...(type.namespaced ? { namespace: metadata.namespace } : {}),
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
        creationTimestamp: metadata.creationTimestamp,
        deletionTimestamp: metadata.deletionTimestamp,
        ...(metadata.generation === undefined ? {} : { generation: metadata.generation + (changed ? 1 : 0) }),
      },
      ...(keepsStatus ? { status: current['status'] } : {}),
    };
  }

  /** As the API server: five characters that make no words, and another try when the name is taken. */
  #generateName(type: ResourceType, namespace: string | undefined, prefix: string | undefined): string | undefined {
    if (prefix === undefined) return undefined;
    for (let attempt = 1; ; attempt += 1) {
      const suffix = Array.from({ length: 5 }, () => suffixLetters[randomInt(suffixLetters.length)]).join('');
      if (attempt === nameAttempts || this.store.get(type, namespace, prefix + suffix) === undefined)
        return prefix + suffix;
    }
  }

  #requireNamespace(namespace: string | undefined, type: ResourceType, name: string): void {
    const namespaces = resourceOf('Namespace');
    const found = this.store.get(namespaces, undefined, namespace ?? '');
    if (found === undefined) throw notFound(namespaces, namespace ?? '');
    if (found.metadata.deletionTimestamp === undefined) return;
    const because = `unable to create new content in namespace ${namespace ?? ''} because it is being terminated`;
    throw new ApiError(403, 'Forbidden', `${type.plural} "${name}" is forbidden: ${because}`);
  }

  /** Removes an object and, as the garbage collector does, what it owns. */
  #purge(type: ResourceType, object: KubeObject): KubeObject {
    const removed = this.store.remove(type, object.metadata.namespace, object.metadata.name) ?? object;
    for (const [dependentType, dependent] of this.#dependents(object)) {
      if (this.store.get(dependentType, dependent.metadata.namespace, dependent.metadata.name) === undefined) continue;
      this.delete(dependentType, dependent.metadata.namespace, dependent.metadata.name);
    }
    return removed;
  }

  #deleteNamespace(type: ResourceType, namespace: KubeObject): KubeObject {
    const { name } = namespace.metadata;
    const marked = this.store.put(type, {
      ...namespace,
      metadata: { ...namespace.metadata, deletionTimestamp: timestamp() },
      status: { phase: 'Terminating' },
    });
    setImmediate(() => {
      for (const content of resourceTypes.filter((candidate) => candidate.namespaced)) {
        for (const object of [...this.store.values(content, name)]) {
          if (this.store.get(content, name, object.metadata.name) !== undefined)
            this.delete(content, name, object.metadata.name);
        }
      }
      this.store.remove(type, undefined, name);
    });
    return marked;
  }

  #dependents(owner: KubeObject): [ResourceType, KubeObject][] {
    const kinds = ownedKinds[owner.kind] ?? [];
    return kinds
      .map(resourceOf)
      .flatMap((type) =>
        [...this.store.values(type, owner.metadata.namespace)]
          .filter((object) => object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid))
          .map((object): [ResourceType, KubeObject] => [type, object]),
      );
  }

  #orphan(owner: KubeObject): void {
    for (const [type, object] of this.#dependents(owner)) {
      const kept = object.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid);
      this.store.put(type, { ...object, metadata: { ...object.metadata, ownerReferences: kept } });
    }
  }
}

/** What the garbage collector looks at for each kind of owner: looking at everything would cost a fleet too much. */
const ownedKinds: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['ReplicaSet'],
  ReplicaSet: ['Pod'],
  DaemonSet: ['Pod'],
  StatefulSet: ['Pod'],
  Job: ['Pod'],
  CronJob: ['Job'],
  ConfigMap: ['ConfigMap', 'Secret', 'Pod'],
  Service: ['Endpoints', 'EndpointSlice'],
};

/** The reference from a controlled object to its controller. */
export function controlledBy(owner: KubeObject): OwnerReference & { apiVersion: string; blockOwnerDeletion: boolean } {
  const { name, uid } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

function parseDraft(type: ResourceType, input: unknown): Draft {
  const parsed = draftSchema.safeParse(input);
  if (!parsed.success)
    throw badRequest(`${type.kind} in version "${type.version}" cannot be handled: ${parsed.error.message}`);
  const { kind, apiVersion } = parsed.data;
  if ((kind ?? type.kind) !== type.kind || (apiVersion ?? apiVersionOf(type)) !== apiVersionOf(type)) {
    throw badRequest(
      `the API version in the data (${apiVersion ?? ''} ${kind ?? ''}) does not match the expected one (${apiVersionOf(type)} ${type.kind})`,
    );
  }
  return parsed.data;
}

/** Metadata without the empty values that clients send for "none". */
function plainMetadata(draft: Draft): Record<string, unknown> & Pick<KubeObject['metadata'], 'labels' | 'finalizers'> {
  const entries = Object.entries(draft.metadata).filter(([name, value]) => value !== null && name !== 'managedFields');
  return Object.fromEntries(entries);
}
