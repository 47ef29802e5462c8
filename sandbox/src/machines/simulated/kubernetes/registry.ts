import { randomInt, randomUUID } from 'node:crypto';
import { admit, type AdmissionContext } from './admission.ts';
import { alreadyExists, ApiError, badRequest, conflict, invalid, notFound } from './api-error.ts';
import { Deletion, type Propagation } from './deletion.ts';
import { Dependents } from './dependents.ts';
import { afterUpdate, applyConfiguration, type Manager } from './managed-fields.ts';
import {
  draftSchema,
  isSame,
  timestamp,
  type Draft,
  type Fields,
  type KubeObject,
  type OwnerReference,
} from './object.ts';
import { ResourceCatalog } from './resource-catalog.ts';
import { apiVersionOf, resourceOf, type ResourceType } from './resource-type.ts';
import { Store } from './store.ts';
import { validate } from './validation.ts';

/** How to write. */
export interface WriteOptions {
  /** Answer as usual and store nothing. */
  readonly dryRun?: boolean;
  /** Who writes; the controllers of this program do not tell. */
  readonly manager?: Manager;
}

/** How to update. */
export interface UpdateOptions extends WriteOptions {
  readonly subresource?: string | undefined;
}

/** How to delete. */
export interface DeleteOptions {
  readonly dryRun?: boolean;
  readonly propagation?: Propagation;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
}

const namePattern = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/u;
const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789';
const nameAttempts = 8;
const looseNames = new Set(['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']);

/**
 * The meaning of writes: names, versions, generations, defaults, finalizers, and what goes with a deleted object.
 * The HTTP API, the controllers and the simulated kubeadm all write through it.
 */
export class Registry {
  readonly store = new Store();
  readonly catalog = new ResourceCatalog();
  readonly #context: AdmissionContext;
  readonly #deletion: Deletion;

  constructor(context: AdmissionContext) {
    this.#context = context;
    this.#deletion = new Deletion(this.store, this.catalog, new Dependents(this.store));
  }

  /** @throws ApiError 404 */
  get(type: ResourceType, namespace: string | undefined, name: string): KubeObject {
    const found = this.store.get(type, namespace, name);
    if (found === undefined) throw notFound(type, name);
    return found;
  }

  /** @throws ApiError 400, 404 (namespace), 409, 422 */
  create(type: ResourceType, namespace: string | undefined, input: unknown, options: WriteOptions = {}): KubeObject {
    const { manager } = options;
    return this.#create(type, namespace, input, options, (object, draft) =>
      manager === undefined
        ? undefined
        : afterUpdate(type, undefined, object, draft.metadata['managedFields'], manager),
    );
  }

  /**
   * Replaces an object, or only its status.
   * @throws ApiError 400, 404, 409, 422
   */
  update(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    input: unknown,
    options: UpdateOptions = {},
  ): KubeObject {
    const { manager } = options;
    return this.#update(type, this.get(type, namespace, name), input, options, (current, next, draft) =>
      manager === undefined ? undefined : afterUpdate(type, current, next, draft.metadata['managedFields'], manager),
    );
  }

  /**
   * Server-side apply: makes the object, or changes what the manager says of it.
   * @throws ApiError 400, 404, 409 (fields of other managers, unless `force`), 422
   */
  apply(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    config: unknown,
    options: UpdateOptions & { readonly manager: Manager; readonly force: boolean },
  ): { readonly object: KubeObject; readonly created: boolean } {
    const live = this.store.get(type, namespace, name);
    if (live === undefined && options.subresource !== undefined) throw notFound(type, name);
    const draft = parseDraft(type, config);
    if ((draft.metadata.name ?? name) !== name) {
      throw badRequest(
        `the name of the object (${draft.metadata.name ?? ''}) does not match the name on the URL (${name})`,
      );
    }
    const { object, managedFields } = applyConfiguration(type, live, config, options.manager, options.force);
    if (live === undefined) {
      const named = parseDraft(type, object);
      const input = { ...named, metadata: { ...named.metadata, name } };
      return { object: this.#create(type, namespace, input, options, () => managedFields), created: true };
    }
    return { object: this.#update(type, live, object, options, () => managedFields), created: false };
  }

  /** Replaces an object's status; an object that is gone is left gone. */
  setStatus(type: ResourceType, namespace: string | undefined, name: string, status: unknown): void {
    const current = this.store.get(type, namespace, name);
    if (current !== undefined && !isSame(current['status'], status)) this.store.put(type, { ...current, status });
  }

  /**
   * Deletes an object, or marks it when something holds it.
   * @throws ApiError 404, 409 (precondition)
   */
  delete(type: ResourceType, namespace: string | undefined, name: string, options: DeleteOptions = {}): KubeObject {
    const current = this.get(type, namespace, name);
    const { uid, resourceVersion } = current.metadata;
    if (options.uid !== undefined && options.uid !== uid) {
      throw conflict(type, name, preconditionText('UID', options.uid, uid));
    }
    if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
      throw conflict(type, name, preconditionText('ResourceVersion', options.resourceVersion, resourceVersion));
    }
    return options.dryRun === true ? current : this.#deletion.delete(type, current, options.propagation);
  }

  #create(
    type: ResourceType,
    namespace: string | undefined,
    input: unknown,
    options: WriteOptions,
    managedFieldsOf: (object: KubeObject, draft: Draft) => readonly Fields[] | undefined,
  ): KubeObject {
    const draft = parseDraft(type, input);
    const { metadata } = draft;
    if (type.namespaced && metadata.namespace !== undefined && metadata.namespace !== namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    }
    if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '') {
      throw badRequest('resourceVersion should not be set on objects to be created');
    }
    const name = metadata.name ?? this.#generateName(type, namespace, metadata.generateName);
    if (name === undefined)
      throw invalid(type, '', 'metadata.name', 'Required value: name or generateName is required');
    if (name.length > 253 || !(looseNames.has(type.kind) || namePattern.test(name))) {
      const message = `Invalid value: "${name}": a lowercase RFC 1123 subdomain is required`;
      throw invalid(type, name, 'metadata.name', message);
    }
    if (type.namespaced) this.#requireNamespace(namespace, type, name);
    if (this.store.get(type, namespace, name) !== undefined) throw alreadyExists(type, name);
    const admitted = admit(type, { ...draft, metadata: { ...metadata, name } }, this.#context);
    const hasGeneration = type.custom !== undefined || 'spec' in admitted;
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
        ...(hasGeneration ? { generation: 1 } : {}),
        deletionTimestamp: undefined,
      },
    };
    validate(type, object);
    const managed = withManagedFields(object, managedFieldsOf(object, draft));
    return options.dryRun === true ? managed : this.store.put(type, managed);
  }

  #update(
    type: ResourceType,
    current: KubeObject,
    input: unknown,
    options: UpdateOptions,
    managedFieldsOf: (current: KubeObject, next: KubeObject, draft: Draft) => readonly Fields[] | undefined,
  ): KubeObject {
    const { name } = current.metadata;
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
      throw conflict(type, name, preconditionText('UID', uid, current.metadata.uid));
    }
    const plain = this.#next(type, current, draft, options.subresource);
    validate(type, plain, current);
    const next = withManagedFields(plain, managedFieldsOf(current, plain, draft) ?? managedFieldsIn(current));
    if (isSame(next, current)) return current;
    if (options.dryRun === true) return next;
    const stored = this.store.put(type, next);
    const over = stored.metadata.deletionTimestamp !== undefined && (stored.metadata.finalizers ?? []).length === 0;
    return over ? this.#deletion.purge(type, stored) : stored;
  }

  #next(type: ResourceType, current: KubeObject, draft: Draft, subresource: string | undefined): KubeObject {
    if (subresource === 'status') return { ...current, status: draft['status'] };
    const admitted = admit(type, draft, this.#context, current);
    const keepsStatus = type.subresources.includes('status');
    const content = (object: Fields) =>
      type.custom === undefined
        ? object['spec']
        : { ...object, apiVersion: '', metadata: undefined, ...(keepsStatus ? { status: undefined } : {}) };
    const changed = !isSame(content(admitted), content(current));
    const { metadata } = current;
    return {
      ...admitted,
      apiVersion: apiVersionOf(type),
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
}

const preconditionText = (what: string, asked: string, is: string) =>
  `Precondition failed: ${what} in precondition: ${asked}, ${what} in object meta: ${is}`;

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

function managedFieldsIn({ metadata }: KubeObject): readonly Fields[] | undefined {
  const found = metadata['managedFields'];
  return Array.isArray(found) ? (found as readonly Fields[]) : undefined;
}

function withManagedFields(object: KubeObject, managedFields: readonly Fields[] | undefined): KubeObject {
  if (managedFields === undefined) return object;
  const metadata = { ...object.metadata, managedFields: managedFields.length === 0 ? undefined : managedFields };
  return { ...object, metadata };
}
