import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import type { InputIssue } from '../../model/index.ts';
import { usageError } from '../usage-error.ts';

/** A YAML (or JSON) document that knows where each of its fields is. */
export interface YamlDocument {
  readonly value: unknown;
  /** `line:column` of a field, or of the nearest one above it that is there. */
  locate(issue: InputIssue): string | undefined;
}

/** A specification has a few hundred lines; a larger file is another one. */
const MAX_BYTES = 1024 * 1024;

/**
 * Parses exactly one document.
 *
 * @throws SlipwayError `Slipway.InvalidInput` with line and column
 */
export function parseYaml(text: string, fileName: string): YamlDocument {
  if (Buffer.byteLength(text) > MAX_BYTES) throw usageError(`${fileName}: is larger than 1 MiB`);
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const [document, second] = documents as readonly Document.Parsed[];
  if (document === undefined || document.contents === null) throw usageError(`${fileName}: is empty`);
  if (second !== undefined) {
    const { line } = lines.linePos(second.range[0]);
    throw usageError(`${fileName}:${line}: a second document begins here; give one cluster at a time`);
  }
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw usageError(`${fileName}:${line}:${col}: ${problem.message}`);
  }
  const root: Node = document.contents;
  return {
    value: toValue(document, fileName),
    locate: ({ path }) => {
      const offset = findOffset(root, path);
      if (offset === undefined) return undefined;
      const { line, col } = lines.linePos(offset);
      return `${line}:${col}`;
    },
  };
}

function toValue(document: Document.Parsed, fileName: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw usageError(`${fileName}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Walks as far along a path such as `nodeGroups[0].labels.a.b/c` as the document goes; keys may hold dots themselves.
 */
function findOffset(node: unknown, path: string): number | undefined {
  let offset: number | undefined;
  let here = node;
  let rest = path;
  while (rest !== '') {
    const next = isMap(here) ? mapEntry(here.items, rest) : isSeq(here) ? sequenceEntry(here.items, rest) : undefined;
    if (next === undefined) break;
    offset = next.offset ?? offset;
    here = next.value;
    rest = next.rest;
  }
  return offset;
}

interface Step {
  readonly value: unknown;
  readonly offset: number | undefined;
  readonly rest: string;
}

function mapEntry(items: readonly { key: unknown; value: unknown }[], rest: string): Step | undefined {
  for (const { key, value } of items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    const end = rest.slice(name.length);
    if (rest.startsWith(name) && (end === '' || end.startsWith('.') || end.startsWith('['))) {
      return { value, offset: key.range?.[0], rest: end.replace(/^\./, '') };
    }
  }
  return undefined;
}

function sequenceEntry(items: readonly unknown[], rest: string): Step | undefined {
  const [whole = '', index] = /^\[(\d+)\]\.?/.exec(rest) ?? [];
  const value = index === undefined ? undefined : items[Number(index)];
  if (value === undefined) return undefined;
  return { value, offset: rangeStart(value), rest: rest.slice(whole.length) };
}

function rangeStart(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
}
