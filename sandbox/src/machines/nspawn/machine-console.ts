import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const limit = 64 * 1024;

/** The last 64 KiB of a console file, from the start of a line; undefined if there is no file. */
export function readConsole(file: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return undefined;
  }
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.max(0, size - limit);
    const buffer = Buffer.alloc(Math.min(size, limit));
    const read = readSync(descriptor, buffer, 0, buffer.length, start);
    const text = buffer.toString('utf8', 0, read).replaceAll('\r\n', '\n');
    return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    closeSync(descriptor);
  }
}
