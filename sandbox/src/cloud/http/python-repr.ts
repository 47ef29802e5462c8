/** A JSON value as Python writes it in a message: `repr()`. */
export function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return reprText(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (typeof value === 'object') {
    const items = Object.entries(value).map(([key, item]) => `${reprText(key)}: ${pythonRepr(item)}`);
    return `{${items.join(', ')}}`;
  }
  return typeof value === 'number' ? String(value) : '';
}

/** A JSON value as Python formats it with `%s`: text without quotes. */
export const pythonText = (value: unknown): string => (typeof value === 'string' ? value : pythonRepr(value));

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function reprText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll(
    /[\p{Cc}\\]/gu,
    (char) => escapes[char] ?? `\\x${(char.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`,
  );
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}
