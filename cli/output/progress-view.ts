import { createLogUpdate } from 'log-update';
import type { ClusterSnapshot } from '../../client/cluster-snapshot.ts';
import { ChangeLines } from './change-lines.ts';
import type { Style } from './style.ts';
import { drawTree } from './tree.ts';

/** Where people read: a terminal, a file or a pipe. */
export interface HumanStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Shows how an operation goes on, snapshot by snapshot. */
export interface ProgressView {
  show(snapshot: ClusterSnapshot): void;
  /** Leaves the last state on the screen and stops drawing. Always call it. */
  end(): void;
}

const FRAME_MS = 120;
const DEFAULT_COLUMNS = 100;

/** A tree that is redrawn in place on a terminal; elsewhere a line for every change. */
export function createProgressView(stream: HumanStream, style: Style, now: () => number): ProgressView {
  return stream.isTTY === true ? new LiveTree(stream, style, now) : new ChangeLog(stream, style, now);
}

class LiveTree implements ProgressView {
  readonly #stream: HumanStream;
  readonly #style: Style;
  readonly #now: () => number;
  readonly #update: ReturnType<typeof createLogUpdate>;
  #snapshot: ClusterSnapshot | undefined;
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;

  constructor(stream: HumanStream, style: Style, now: () => number) {
    this.#stream = stream;
    this.#style = style;
    this.#now = now;
    this.#update = createLogUpdate(stream);
  }

  show(snapshot: ClusterSnapshot): void {
    this.#snapshot = snapshot;
    this.#draw();
    this.#timer ??= setInterval(() => this.#draw(), FRAME_MS);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#draw();
    this.#update.done();
  }

  #draw(): void {
    if (this.#snapshot === undefined) return;
    const width = (this.#stream.columns ?? DEFAULT_COLUMNS) - 1;
    const lines = drawTree(this.#snapshot, { style: this.#style, width, now: this.#now(), frame: this.#frame++ });
    this.#update(lines.join('\n'));
  }
}

class ChangeLog implements ProgressView {
  readonly #stream: HumanStream;
  readonly #lines: ChangeLines;

  constructor(stream: HumanStream, style: Style, now: () => number) {
    this.#stream = stream;
    this.#lines = new ChangeLines(style, now);
  }

  show(snapshot: ClusterSnapshot): void {
    for (const line of this.#lines.next(snapshot)) this.#stream.write(`${line}\n`);
  }

  end(): void {
    // Every line is written already.
  }
}
