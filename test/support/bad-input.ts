/** An input of `createCluster` that does not fit, and how it must be answered, whoever is asked. */
export interface BadInput {
  readonly title: string;
  readonly input: unknown;
  /** Path of the field as a person would write it; empty for the whole input. */
  readonly path: string;
  /** What the reason says. */
  readonly reason: RegExp;
}

export const MINIMAL = { name: 'atlas', cloud: 'sandbox' };

/** A specification that fits, with these fields in the place of its own. */
export const spec = (fields: object): unknown => ({ ...MINIMAL, ...fields });
export const kubernetes = (fields: object): unknown => spec({ kubernetes: fields });

/** Title, input, path and reason. */
export type Row = readonly [title: string, input: unknown, path: string, reason: RegExp];
