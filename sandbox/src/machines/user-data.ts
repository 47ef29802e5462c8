import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { z } from 'zod';

/** A file that user-data writes before anything runs. */
interface UserDataFile {
  readonly path: string;
  readonly permissions: string;
  readonly owner: string;
  readonly content: string;
}

/** What the machine side reads of a `#cloud-config`. */
export interface UserData {
  readonly files: readonly UserDataFile[];
  readonly commands: readonly (string | readonly string[])[];
}

const fileSchema = z.looseObject({
  path: z.string().startsWith('/'),
  content: z.string().default(''),
  encoding: z.string().default('text/plain'),
  permissions: z.string().default('0644'),
  owner: z.string().default('root:root'),
});
const cloudConfigSchema = z.looseObject({
  write_files: z.array(fileSchema).default([]),
  runcmd: z.array(z.union([z.string(), z.array(z.coerce.string())])).default([]),
});

const nothing: UserData = { files: [], commands: [] };
const maximumBytes = 1024 * 1024;

/** The encodings of cloud-init's write_files (cloudinit/config/cc_write_files.py). */
function decode(content: string, encoding: string): string {
  switch (encoding.toLowerCase()) {
    case 'b64':
    case 'base64':
      return Buffer.from(content, 'base64').toString('utf8');
    case 'gz+b64':
    case 'gz+base64':
    case 'gzip+b64':
    case 'gzip+base64':
      return gunzipSync(Buffer.from(content, 'base64'), { maxOutputLength: maximumBytes }).toString('utf8');
    case 'text/plain':
      return content;
    default:
      throw new Error(`write_files: unknown encoding "${encoding}"`);
  }
}

/**
 * Reads user-data as cloud-init would: a `#cloud-config`, or anything else, which has no files and no commands here.
 * @throws Error with the reason when it begins with `#cloud-config` and is not one.
 */
export function parseUserData(text: string): UserData {
  if (!/^#cloud-config\s*$/mu.test(text.slice(0, 200))) return nothing;
  const parsed = cloudConfigSchema.safeParse(parse(text) ?? {});
  if (!parsed.success) throw new Error(`user-data is no valid cloud-config: ${z.prettifyError(parsed.error)}`);
  const { write_files, runcmd } = parsed.data;
  const files = write_files.map(({ path, permissions, owner, content, encoding }) => ({
    path,
    permissions,
    owner,
    content: decode(content, encoding),
  }));
  return { files, commands: runcmd };
}

/** `parseUserData` with a memory: a group of a thousand machines shares one user-data, which is then parsed once. */
export class UserDataCache {
  readonly #parsed = new Map<string, UserData>();
  readonly #capacity: number;

  constructor(capacity = 256) {
    this.#capacity = capacity;
  }

  /** @throws Error as `parseUserData` */
  parse(text: string): UserData {
    const known = this.#parsed.get(text);
    if (known !== undefined) return known;
    const parsed = parseUserData(text);
    if (this.#parsed.size >= this.#capacity) {
      const [oldest] = this.#parsed.keys();
      if (oldest !== undefined) this.#parsed.delete(oldest);
    }
    this.#parsed.set(text, parsed);
    return parsed;
  }
}
