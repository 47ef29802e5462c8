import { apiVersionOf, builtInTypes, storageKeyOf, type ResourceType } from './resource-type.ts';

/** A version of a group, as discovery names it. */
export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

const pathOf = (group: string, version: string, plural: string) => `${group}/${version}/${plural}`;

/** The resources that the API of one cluster serves: the API server's own, and those of its definitions. */
export class ResourceCatalog {
  /** The custom resources by the name of their definition: one type for each served version, the preferred first. */
  readonly #custom = new Map<string, readonly ResourceType[]>();
  /** Versions without resources of their own here: those of APIServices, by the APIService's name. */
  readonly #delegated = new Map<string, GroupVersion>();
  #byPath = new Map<string, ResourceType>();
  #byKind = new Map<string, ResourceType>();
  #types: readonly ResourceType[] = [];
  #generation = 0;

  constructor() {
    this.#rebuild();
  }

  /** Every resource, the core group first. */
  get types(): readonly ResourceType[] {
    return this.#types;
  }

  /** One type of each resource that is stored, whatever its versions. */
  get stored(): readonly ResourceType[] {
    return [...new Map(this.#types.map((type) => [storageKeyOf(type), type])).values()];
  }

  /** Grows with every change. */
  get generation(): number {
    return this.#generation;
  }

  /** The groups and versions, in the order in which clients prefer them. */
  get groupVersions(): readonly GroupVersion[] {
    const all = [...this.#types, ...this.#delegated.values()];
    return [...new Map(all.map(({ group, version }) => [`${group}/${version}`, { group, version }])).values()];
  }

  /** The resource at `/apis/<group>/<version>/<plural>`, if there is one. */
  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.#byPath.get(pathOf(group, version, plural));
  }

  /** The resource of a kind, if it is served in this version. */
  findKind(apiVersion: string, kind: string): ResourceType | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`);
  }

  /** Serves what a definition defines: nothing, when `types` is empty. */
  define(definition: string, types: readonly ResourceType[]): void {
    if (types.length === 0) this.#custom.delete(definition);
    else this.#custom.set(definition, types);
    this.#rebuild();
  }

  /** Names a version in discovery that another server answers for, or no longer. */
  delegate(apiService: string, version: GroupVersion | undefined): void {
    if (version === undefined) this.#delegated.delete(apiService);
    else this.#delegated.set(apiService, version);
    this.#rebuild();
  }

  #rebuild(): void {
    this.#types = [...builtInTypes, ...[...this.#custom.values()].flat()];
    this.#byPath = new Map(this.#types.map((type) => [pathOf(type.group, type.version, type.plural), type]));
    this.#byKind = new Map(this.#types.map((type) => [`${apiVersionOf(type)}/${type.kind}`, type]));
    this.#generation += 1;
  }
}
