import type { Socket } from 'node:net';

/** Joins two connections: what one says the other hears, and when one ends or breaks so does the other. */
export function pipeSockets(left: Socket, right: Socket): void {
  for (const [from, to] of [
    [left, right],
    [right, left],
  ] as const) {
    from.on('error', () => to.destroy());
    // What was already read is still written.
    from.on('close', () => to.destroySoon());
    if (from.destroyed) to.destroySoon();
    else from.pipe(to);
  }
}
