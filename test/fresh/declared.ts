import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exceptions, OWN } from './exceptions.ts';
import type { Trace } from './trace.ts';

/** A file that a command used or looked for although nothing says that the machine has it. */
export interface Undeclared {
  readonly path: string;
  /** `opened`, or `missed`: it was looked for where other software puts its own, and would have been used. */
  readonly how: 'opened' | 'missed';
  /** A program that did it. */
  readonly by: string;
}

/**
 * Every file that a package of the root owns, by dpkg's lists, without the `/usr` that Debian's merged folders may have
 * or not.
 */
export async function ownedFiles(root: string): Promise<Set<string>> {
  const folder = join(root, 'var/lib/dpkg/info');
  const owned = new Set<string>();
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.list')) continue;
    for (const path of (await readFile(join(folder, name), 'utf8')).split('\n')) owned.add(plain(path));
  }
  return owned;
}

const plain = (path: string): string => path.replace(/^\/usr\/(bin|sbin|lib\w*)\//, '/$1/');

/** What a trace has that neither a package, nor the run itself, nor an exception accounts for. */
export function undeclared({ opened, missed, programs }: Trace, owned: ReadonlySet<string>): Undeclared[] {
  const libraries = new Set([...opened.keys()].map((path) => libraryName(path)));
  const found: Undeclared[] = [];
  for (const [path, by] of opened) {
    if (!isOwned(path, owned) && !isExcepted(path)) found.push({ path, how: 'opened', by });
  }
  for (const [path, by] of missed) {
    if (!PLACES_OF_OTHERS.test(path) || isOwned(path, owned) || isExcepted(path)) continue;
    // A search along a path of folders that ended well.
    if (PROGRAM.test(path) && programs.has(basename(path))) continue;
    if (LIBRARY.test(path) && libraries.has(libraryName(path))) continue;
    found.push({ path, how: 'missed', by });
  }
  return found.sort((left, right) => left.path.localeCompare(right.path));
}

/** Where software that is no part of this root would have put files; elsewhere a package looks for more of its own. */
const PLACES_OF_OTHERS = /^\/(etc|opt|home|srv|var|usr\/local)\/|\/s?bin\/[^/]+$|\.so(\.\d+)*$/;
const PROGRAM = /\/s?bin\/[^/]+$/;
const LIBRARY = /\.so(\.\d+)*$/;
const libraryName = (path: string): string => basename(path).replace(/\.so[.\d]*$/, '');

function isOwned(path: string, owned: ReadonlySet<string>): boolean {
  if (owned.has(plain(path))) return true;
  // What Python compiles is of the package whose folder it is in.
  const folder = basename(path) === '__pycache__' ? path : dirname(path);
  return basename(folder) === '__pycache__' && owned.has(plain(dirname(folder)));
}

const isExcepted = (path: string): boolean =>
  OWN.some((folder) => path === folder || path.startsWith(`${folder}/`)) ||
  exceptions.some(({ files }) => files.test(path));
