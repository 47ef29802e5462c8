import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The folder that holds `workers/`, `workflows/` and the rest: the repository, or `dist/` after a build. */
export const CODE_ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Whether this is a build: compiled code in `dist/`, beside a bundle of the workflows made by `npm run build`. */
export const isBuilt = fileURLToPath(import.meta.url).endsWith('.js');

/** What runs in workflows, and how their bundle is made of it. */
export const WORKFLOW_FOLDERS = ['addons', 'model', 'workflows', 'temporal', 'workers'] as const;
/** Everything that decides what a worker does. */
const CLIENT = isBuilt ? '../openstack-client-ts/dist' : 'openstack-client-ts/src';
const WORKER_FOLDERS = [...WORKFLOW_FOLDERS, 'service', 'vault', 'activities', CLIENT] as const;

const manifest = z.looseObject({ version: z.string() });

/** Slipway's version, from package.json. */
export function packageVersion(): string {
  return manifest.parse(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'))).version;
}

/**
 * Digest of source files and of the versions of all packages: changes whenever the code does. Sixteen hexadecimal
 * digits.
 */
export async function codeDigest(folders: readonly string[] = WORKER_FOLDERS): Promise<string> {
  const files = (await Promise.all(folders.map((folder) => codeFiles(folder)))).flat().sort();
  const lock = join(packageRoot(), 'package-lock.json');
  const hash = createHash('sha256');
  for (const file of [...files.map((name) => join(CODE_ROOT, name)), ...(existsSync(lock) ? [lock] : [])]) {
    hash
      .update(file.slice(CODE_ROOT.length))
      .update('\0')
      .update(await readFile(file))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/** The build id of this code: its version and the first digits of its digest, such as `0.1.0-4f5d2a90`. */
export async function defaultBuildId(): Promise<string> {
  return `${packageVersion()}-${(await codeDigest()).slice(0, 8)}`;
}

const packageRoot = (): string => (isBuilt ? dirname(CODE_ROOT) : CODE_ROOT);

async function codeFiles(folder: string): Promise<string[]> {
  const entries = await readdir(join(CODE_ROOT, folder), { recursive: true });
  return entries.filter((name) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts')).map((name) => join(folder, name));
}
