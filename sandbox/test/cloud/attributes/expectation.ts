import type { Reply } from '../harness.ts';
import type { World } from './world.ts';

/** What becomes of one attribute of a request. */
export type Expectation =
  | Kept
  | { readonly kind: 'refused'; readonly value: unknown; readonly words: RegExp; readonly more: More }
  | { readonly kind: 'ignored'; readonly value: unknown; readonly source: string; readonly more: More }
  | { readonly kind: 'seen'; readonly value: unknown; readonly check: Check; readonly more: More };

interface Kept {
  readonly kind: 'kept';
  readonly value: unknown;
  /** Where it is read, if not under the path by which it was sent. */
  readonly at: string | undefined;
  /** What is read, if not what was sent. */
  readonly shown: unknown;
  readonly more: More;
}

/** How the request differs from the others of its route. */
export interface More {
  /** The body that the attribute is set in. */
  readonly body?: object | (() => object | Promise<object>);
  readonly headers?: Record<string, string>;
  readonly user?: 'demo' | 'admin';
}

/** Looks where the attribute shows, as it does not where it was sent. Returns whether it does. */
type Check = (world: World, answer: Reply, read: Reply) => Promise<boolean> | boolean;

/** Stored, and read back. */
export const kept = (
  value: unknown,
  { at, shown = value, ...more }: More & { at?: string; shown?: unknown } = {},
): Kept => ({
  ...{ kind: 'kept', value, at, shown, more },
});
/** Refused in the service's words. */
export const refused = (value: unknown, words: RegExp, more: More = {}): Expectation => ({
  ...{ kind: 'refused', value, words, more },
});
/** Taken and forgotten, as the real service does: `source` says where. */
export const ignored = (value: unknown, source: string, more: More = {}): Expectation => ({
  ...{ kind: 'ignored', value, source, more },
});
/** Honoured, and seen elsewhere. */
export const seen = (value: unknown, check: Check, more: More = {}): Expectation => ({
  ...{ kind: 'seen', value, check, more },
});

/** Expectations by the path of the attribute. */
export type Expectations = Readonly<Record<string, Expectation>>;

/** How one route is walked. */
export interface Walk {
  readonly user?: 'demo' | 'admin';
  readonly headers?: Record<string, string>;
  /** What stands for the parts of the path; made anew for each attribute by a function. */
  readonly params?: Readonly<Record<string, string>> | (() => Promise<Readonly<Record<string, string>>>);
  /** A body that the route takes, another one each time. */
  readonly body?: () => object | Promise<object>;
  /** What must be over before a request. */
  readonly ready?: () => Promise<unknown>;
  /** The path where the object is read; default: that of the object in the answer to a POST, else the route's own. */
  readonly read?: (answer: Reply | undefined, path: string) => string;
  readonly attributes: Expectations;
  /** What becomes of an attribute that nobody knows, where it is not the service's ordinary refusal. */
  readonly unknown?: (path: string) => Expectation | undefined;
}
