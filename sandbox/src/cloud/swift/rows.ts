/** A container; `id` is `<account>/<name>`. */
export interface Container {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  /** `x-container-meta-*` and the other headers that are kept. */
  headers: Record<string, string>;
  readonly created: string;
}

/** An object; `id` is `<account>/<container>/<name>`. Its bytes are among the cloud's blobs under `object/<id>`. */
export interface StoredObject {
  readonly id: string;
  readonly account: string;
  readonly container: string;
  readonly name: string;
  readonly etag: string;
  readonly bytes: number;
  contentType: string;
  /** `x-object-meta-*` and the other headers that are kept. */
  headers: Record<string, string>;
  readonly modified: string;
  /** Of a static large object: its segments, in order. */
  readonly segments: readonly { readonly path: string; readonly bytes: number; readonly etag: string }[] | null;
  /** Of a dynamic large object: `<container>/<prefix>`. */
  readonly manifest: string | null;
  readonly deleteAt: number | null;
}
