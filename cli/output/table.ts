import type { Style } from './style.ts';

/** Rows in aligned columns below a heading, without lines around them. */
export function formatTable(heading: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
  const widths = heading.map((title, column) => Math.max(width(title), ...rows.map((row) => width(row[column] ?? ''))));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell))))
      .join('  ')
      .trimEnd();
  return [style.dim(line(heading)), ...rows.map(line)].join('\n');
}

/** Pairs of a name and a value, the values aligned. */
export function formatFields(fields: readonly (readonly [string, string])[], style: Style): string {
  const longest = Math.max(...fields.map(([name]) => width(name)));
  return fields.map(([name, value]) => `${style.dim(name.padEnd(longest))}  ${value}`).join('\n');
}

/** Characters without the colours. Wide characters are not used in what Slipway prints. */
function width(text: string): number {
  return text.replace(COLOURS, '').length;
}

// Escape, then the parameters of a colour (ECMA-48, SGR).
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
