import { createLogUpdate } from 'log-update';
import { formatDuration } from './duration.ts';
import { plain } from './plain-text.ts';
import type { HumanStream } from './progress-view.ts';
import type { Style } from './style.ts';
import { stackParts, type StackEvent, type StackPart } from '../../local/stack.ts';

const titles: Readonly<Record<StackPart, string>> = {
  temporal: 'Temporal',
  vault: 'Vault',
  cloud: 'OpenStack (sandbox)',
  machines: 'Machines',
  worker: 'Slipway worker',
};

/** Shows the start of a stack. */
export interface StackProgress {
  readonly onEvent: (event: StackEvent) => void;
  /** Leaves the last state on the screen. Call it when the start has ended, well or not. */
  readonly end: () => void;
}

/**
 * Begins to show the start of a stack: a list that is redrawn in place on a terminal, elsewhere a line per part and
 * event.
 */
export function showStackProgress(stream: HumanStream, style: Style): StackProgress {
  return stream.isTTY === true ? liveList(stream, style) : plainLines(stream);
}

function plainLines(stream: HumanStream): StackProgress {
  const told = new Map<StackPart, string>();
  return {
    onEvent: ({ part, state, detail }) => {
      // One line for a download, not one per megabyte.
      const action = `${state} ${detail.replace(/: .*/s, '')}`;
      if (state === 'starting' && (detail === '' || told.get(part) === action)) return;
      told.set(part, action);
      stream.write(`${titles[part]}: ${state === 'starting' ? '' : `${state}, `}${plain(detail)}\n`);
    },
    end: () => undefined,
  };
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 120;

function liveList(stream: HumanStream, style: Style): StackProgress {
  const update = createLogUpdate(stream);
  const events = new Map<StackPart, StackEvent & { readonly after: number }>();
  const start = Date.now();
  let frame = 0;
  const draw = () => {
    frame += 1;
    const spinner = style.busy(FRAMES[frame % FRAMES.length] ?? '');
    const lines = stackParts.map((part) => {
      const event = events.get(part);
      const title = titles[part].padEnd(20);
      if (event === undefined) return `  ${style.dim(title)}`;
      const took = style.dim(formatDuration(event.after));
      if (event.state === 'ready') return `${style.good('✔')} ${title} ${plain(event.detail)}  ${took}`;
      if (event.state === 'failed') return `${style.bad('✖')} ${title} ${plain(event.detail).slice(0, 100)}`;
      return `${spinner} ${title} ${style.dim(plain(event.detail).slice(0, (stream.columns ?? 100) - 26))}`;
    });
    update(lines.join('\n'));
  };
  const timer = setInterval(draw, FRAME_MS);
  return {
    onEvent: (event) => {
      events.set(event.part, { ...event, after: Date.now() - start });
      draw();
    },
    end: () => {
      clearInterval(timer);
      draw();
      update.done();
    },
  };
}
