import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Frame, terminalSvg } from './terminal-svg.ts';

/*
 * Writes docs/images/demo.svg: a recording of `npm run demo` with the latencies of a real cloud, in a terminal that
 *   tmux makes. node --conditions=source --import tsx scripts/demo-picture.ts
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const [COLUMNS, ROWS] = [116, 36];
/** Real seconds between two looks, and how many of them one second of the recording shows. */
const INTERVAL = 2;
const SPEED = 8;
/** The demo takes two minutes; ten times that is a demo that hangs. */
const LONGEST = 1200;

const tmux = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('tmux', ['-L', 'slipway-demo-picture', ...args], { cwd: root, timeout: 10_000 })).stdout;

async function record(): Promise<Frame[]> {
  const texts: string[] = [];
  const command = 'npm run -s demo -- --latency typical; echo "exit code $?"; sleep 60';
  await tmux('-f', '/dev/null', 'new-session', '-d', '-x', `${COLUMNS}`, '-y', `${ROWS}`, command);
  try {
    for (let seconds = 0; seconds < LONGEST; seconds += INTERVAL) {
      await sleep(INTERVAL * 1000);
      const text = (await tmux('capture-pane', '-e', '-p')).replaceAll(homedir(), '~');
      const ended = /\n.*exit code (\d+)/.exec(text);
      const shown = ended === null ? text : text.slice(0, ended.index);
      if (shown.trim() !== '') texts.push(shown);
      if (ended?.[1] === '0') return texts.map(frameOf);
      if (ended !== null) throw new Error(`the demo failed:\n${text}`);
    }
  } finally {
    await tmux('kill-server').catch(() => '');
  }
  throw new Error(`the demo did not end within ${LONGEST} s`);
}

/** The last one stays for a while. */
const frameOf = (text: string, index: number, all: readonly string[]): Frame => ({
  text,
  seconds: index === all.length - 1 ? 5 : INTERVAL / SPEED,
});

const frames = await record();
const title = 'npm run demo: a cluster of three control planes and three workers is created, used and deleted';
await writeFile(
  fileURLToPath(new URL('../docs/images/demo.svg', import.meta.url)),
  terminalSvg(frames, { columns: COLUMNS, rows: ROWS, title }),
);
process.stdout.write(`${frames.length} frames\n`);
