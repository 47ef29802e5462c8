import { pythonRepr } from './python-repr.ts';

/**
 * A JSON value as Python's `pprint.pformat` writes it, fields in their order (python/cpython:Lib/pprint.py).
 * @param width - the longest line, in characters
 */
export function pythonPretty(value: unknown, width: number): string {
  return format(value, 0, 0, width, 1);
}

function format(value: unknown, indent: number, allowance: number, width: number, level: number): string {
  const short = pythonRepr(value);
  if (short.length <= width - indent - allowance) return short;
  if (typeof value === 'string') return formatText(value, indent, allowance, width, level);
  const last = (index: number, count: number) => (index === count - 1 ? allowance + 1 : 1);
  const separator = `,\n${' '.repeat(indent + 1)}`;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown, index) =>
      format(item, indent + 1, last(index, value.length), width, level + 1),
    );
    return `[${items.join(separator)}]`;
  }
  if (typeof value !== 'object' || value === null) return short;
  const entries = Object.entries(value);
  const items = entries.map(([name, item]: [string, unknown], index) => {
    const key = `${pythonRepr(name)}: `;
    return key + format(item, indent + 1 + key.length, last(index, entries.length), width, level + 1);
  });
  return `{${items.join(separator)}}`;
}

/** A text of one line, in pieces that end after spaces. */
function formatText(text: string, indent: number, allowance: number, width: number, level: number): string {
  const [left, right] = level === 1 ? [indent + 1, allowance + 1] : [indent, allowance];
  const parts = text.match(/\S*\s*/g)?.filter((part) => part !== '') ?? [];
  const pieces: string[] = [];
  let current = '';
  for (const [index, part] of parts.entries()) {
    const room = width - left - (index === parts.length - 1 ? right : 0);
    if (current !== '' && pythonRepr(current + part).length > room) {
      pieces.push(current);
      current = part;
    } else current += part;
  }
  const lines = [...pieces, current].map(pythonRepr).join(`\n${' '.repeat(left)}`);
  return level === 1 && pieces.length > 0 ? `(${lines})` : lines;
}
