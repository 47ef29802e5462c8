import type { z } from 'zod';

/** Vault's key/value mount in memory, as far as records of clusters are kept in it. */
export class MemoryKv {
  readonly secrets = new Map<string, unknown>();

  find<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const secret = this.secrets.get(path);
    return Promise.resolve(secret === undefined ? undefined : schema.parse(secret));
  }

  write(path: string, data: Readonly<Record<string, unknown>>): Promise<void> {
    this.secrets.set(path, data);
    return Promise.resolve();
  }

  remove(path: string): Promise<void> {
    this.secrets.delete(path);
    return Promise.resolve();
  }

  list(path: string): Promise<string[]> {
    const below = [...this.secrets.keys()].flatMap((key) =>
      key.startsWith(`${path}/`) ? [key.slice(path.length + 1).replace(/\/.*$/, '/')] : [],
    );
    return Promise.resolve([...new Set(below)]);
  }

  listTree(path: string): Promise<string[]> {
    return Promise.resolve([...this.secrets.keys()].filter((key) => key.startsWith(`${path}/`)));
  }
}
