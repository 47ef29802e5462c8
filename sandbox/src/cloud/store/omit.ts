/** A copy without some keys. */
export function omit<T extends object, K extends keyof T>(value: T, ...keys: readonly K[]): Omit<T, K> {
  const copy = { ...value };
  for (const key of keys) Reflect.deleteProperty(copy, key);
  return copy;
}

/** A value as error texts show it: JSON, or `None` where there is none. */
export const show = (value: unknown): string => (value === undefined ? 'None' : JSON.stringify(value));
