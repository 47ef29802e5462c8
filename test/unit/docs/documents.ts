import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A Markdown file of the repository. */
export interface Document {
  /** Path in the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

const FOLDERS = ['docs', 'examples', 'openstack-client-ts', 'sandbox'];
const SKIPPED = /(^|\/)(node_modules|dist)\//;

/** Every Markdown file that people read: at the root, in docs, examples and the workspaces. */
export function documents(): Document[] {
  const nested = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  return [...readdirSync(ROOT), ...nested]
    .filter((path) => path.endsWith('.md') && !SKIPPED.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** The text without code: fenced blocks and inline code. */
export const withoutCode = (text: string): string =>
  text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** The code only: fenced blocks and inline code, one piece per entry. */
export function codeOf(text: string): string[] {
  const fenced = text.match(/^```[\s\S]*?^```/gm) ?? [];
  const inline = text.replaceAll(/^```[\s\S]*?^```/gm, '').match(/`[^`\n]+`/g) ?? [];
  return [...fenced.flatMap((block) => block.split('\n').slice(1, -1)), ...inline.map((code) => code.slice(1, -1))];
}

/** Anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(text: string): Set<string> {
  const headings = text.replaceAll(/^```[\s\S]*?^```/gm, '').match(/^#{1,6} .+$/gm) ?? [];
  return new Set(
    headings.map((heading) =>
      heading
        .replace(/^#+ /, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
