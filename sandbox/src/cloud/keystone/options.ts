/** Options of a user or a project; what is set to null is set no more. */
export type Options = Readonly<Record<string, unknown>>;

export const setOptions = (before: Options, wanted: Options): Options =>
  Object.fromEntries(Object.entries({ ...before, ...wanted }).filter(([, value]) => value !== null));
