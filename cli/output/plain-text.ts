/**
 * Text from outside (details of steps, messages of other services) made fit for a terminal: on one line, without
 * control characters, so that nobody can move a terminal's cursor by a server's fault message.
 */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

/** The same for one line of a longer text: its indentation stays. */
export function plainLine(line: string): string {
  const [indent = ''] = /^ */.exec(line) ?? [];
  return indent + plain(line);
}
