/** An account that something was put into; `id` is `AUTH_<project>`. */
export interface Account {
  readonly id: string;
  /** `x-account-meta-*`. */
  headers: Record<string, string>;
  readonly created: string;
}

/** A container; `id` is `<account>/<name>`. */
export interface Container {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  /** `x-container-meta-*` and the other headers that are kept. */
  headers: Record<string, string>;
  readonly created: string;
}

/** A segment of a static large object, as its manifest stores it. */
export interface Segment {
  /** `/<container>/<object>`. */
  readonly name: string;
  readonly bytes: number;
  readonly hash: string;
  readonly content_type: string;
  readonly last_modified: string;
  /** `<first>-<last>` if it is not the whole object. */
  readonly range?: string;
}

/** Where a symbolic link leads. */
export interface Link {
  readonly account: string;
  /** Whether the account was named. */
  readonly isForeign: boolean;
  readonly container: string;
  readonly name: string;
  /** Of a static link: what it leads to must have this hash. */
  readonly etag?: string;
  /** Of a static link: how large that was. */
  readonly bytes?: number;
}

/** An object; `id` is `<account>/<container>/<name>`. Its bytes are among the cloud's blobs under `object/<id>`. */
export interface StoredObject {
  readonly id: string;
  readonly account: string;
  readonly container: string;
  readonly name: string;
  /** MD5 of the bytes; of a large object, of its manifest. */
  readonly etag: string;
  /** Number of bytes; of a large object, of its manifest. */
  readonly bytes: number;
  contentType: string;
  /** `x-object-meta-*` and the other headers that are kept. */
  headers: Record<string, string>;
  modified: string;
  /** Of a static large object: its segments, in order. */
  readonly segments: readonly Segment[] | null;
  /** Of a dynamic large object: `<container>/<prefix>`. */
  readonly manifest: string | null;
  deleteAt: number | null;
  /** Of a symbolic link. */
  link?: Link;
}
