import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ChangeLines } from '../../../cli/output/change-lines.ts';
import { formatAge, formatDuration } from '../../../cli/output/duration.ts';
import { plain } from '../../../cli/output/plain-text.ts';
import { createProgressView } from '../../../cli/output/progress-view.ts';
import { createStyle, wantsColours } from '../../../cli/output/style.ts';
import { formatTable } from '../../../cli/output/table.ts';
import { drawTree } from '../../../cli/output/tree.ts';
import { completed, creating, progress, step } from './support/samples.ts';

const style = createStyle(false);
// Escape, then the parameters of a colour.
const SGR = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
const NOW = Date.parse('2026-01-02T03:03:15Z');
const draw = (snapshot: Parameters<typeof drawTree>[0], width = 100) =>
  drawTree(snapshot, { style, width, now: NOW, frame: 0 });

afterEach(() => {
  vi.useRealTimers();
});

describe('the tree of steps', () => {
  it('shows the link, what runs, how far it is, and each step with state, time and detail', () => {
    expect(draw(creating())).toEqual([
      'http://127.0.0.1:8233/namespaces/default/workflows/cluster%2Fatlas%2FcreateCluster%2F1',
      'createCluster atlas (Kubernetes 1.36.3 on sandbox)  10 s',
      '██████████░░░░░░░░░░░░░░ 40 %',
      '',
      '✔ Step a  2.0 s',
      '⠋ Step b  8.0 s  nodes Ready 1/3',
      '· Step c',
    ]);
  });

  it('indents children below their parents, in order, whatever the order they come in', () => {
    const steps = [
      step('child', { parent: 'top' }),
      step('top'),
      step('grandchild', { parent: 'child' }),
      step('orphan', { parent: 'gone' }),
    ];
    expect(draw(creating({ progress: progress(0, steps) })).slice(4)).toEqual([
      '· Step top',
      '  · Step child',
      '    · Step grandchild',
      '· Step orphan',
    ]);
  });

  it('says how many items of a step are done, and lists those that need a look', () => {
    const steps = [
      step('drain', { state: 'running', counts: { done: 480, running: 19, failed: 1 }, detail: 'wave 5' }),
      step('drain/m-7', { parent: 'drain', title: 'm-7', state: 'failed', detail: 'a budget' }),
    ];
    expect(draw(creating({ progress: progress(96, steps) })).slice(4)).toEqual([
      '⠋ Step drain  480 of 500 done, 1 failed; wave 5',
      '  ✖ m-7  a budget',
    ]);
  });

  it('does not hang on steps that are their own parents', () => {
    const steps = [step('a', { parent: 'b' }), step('b', { parent: 'a' })];
    expect(draw(creating({ progress: progress(0, steps) })).slice(4)).toEqual([]);
  });

  it('cuts lines at the terminal’s width', () => {
    const steps = [step('a', { state: 'running', startedAt: '2026-01-02T03:03:07Z', detail: 'x'.repeat(500) })];
    const lines = draw(creating({ progress: progress(0, steps) }), 40).slice(4);
    expect(lines[0]).toMatch(/x…$/);
    expect(lines[0]?.length).toBeLessThanOrEqual(40);
  });

  it('stops the clock when the operation ended', () => {
    expect(draw(creating({ operation: completed }))[1]).toMatch(/ {2}42 s$/);
  });

  it('says why it is not today’s state', () => {
    expect(draw(creating({ problem: 'no worker\nanswers' })).at(-1)).toBe('! no worker answers');
  });
});

describe('lines where there is no terminal', () => {
  it('are one per change, with the time', () => {
    const lines = new ChangeLines(style, () => NOW);
    const clock = new Date(NOW).toTimeString().slice(0, 8);
    expect(lines.next(creating())).toEqual([
      'createCluster atlas (Kubernetes 1.36.3 on sandbox)',
      'http://127.0.0.1:8233/namespaces/default/workflows/cluster%2Fatlas%2FcreateCluster%2F1',
      `${clock}  40 % ✔ Step a (2.0 s)`,
      `${clock}  40 % ▸ Step b - nodes Ready 1/3`,
    ]);
    expect(lines.next(creating())).toEqual([]);
    const later = creating({
      progress: progress(70, [
        step('a', { state: 'done' }),
        step('b', { state: 'running', detail: 'nodes Ready 2/3' }),
        step('c'),
      ]),
    });
    expect(lines.next(later)).toEqual([`${clock}  70 % ▸ Step b - nodes Ready 2/3`]);
    expect(lines.next({ ...later, problem: 'no answer' })).toEqual([`${clock} ! no answer`]);
    expect(lines.next({ ...later, problem: 'no answer' })).toEqual([]);
  });

  it('tell of a step with many items by tenths, and of those that failed', () => {
    const lines = new ChangeLines(style, () => NOW);
    const told = (done: number) =>
      lines.next(
        creating({
          progress: progress(0, [
            step('drain', { state: 'running', counts: { done, running: 99 - done, failed: 1 } }),
            step('drain/m-1', { parent: 'drain', title: 'm-1', state: 'failed', detail: 'a budget' }),
            step(`drain/m-${done}`, { parent: 'drain', state: 'running' }),
          ]),
        }),
      ).length;
    expect([told(10) - 2, told(11), told(19), told(20)]).toEqual([2, 0, 0, 1]);
  });
});

describe('the live view', () => {
  function terminal() {
    const chunks: string[] = [];
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
    return { stream, text: () => chunks.join('') };
  }

  it('turns the spinner between two snapshots, and stops when it ended', () => {
    vi.useFakeTimers();
    const { stream, text } = terminal();
    const view = createProgressView(stream, style, () => NOW);
    view.show(creating());
    vi.advanceTimersByTime(250);
    expect(text()).toMatch(/⠋[\s\S]*⠙[\s\S]*⠹/);
    view.end();
    const length = text().length;
    vi.advanceTimersByTime(1000);
    expect(text()).toHaveLength(length);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('never lets another program’s words move the cursor', () => {
    const { stream, text } = terminal();
    const view = createProgressView(stream, style, () => NOW);
    const evil = `fault${String.fromCharCode(27)}[2J${String.fromCharCode(7)}`;
    view.show(creating({ progress: progress(0, [step('a', { state: 'failed', detail: evil })]) }));
    view.end();
    expect(text()).toContain('fault [2J');
  });
});

describe('small things', () => {
  it.each([
    [0, '0.0 s'],
    [9_950, '9.9 s'],
    [42_000, '42 s'],
    [185_000, '3 min 05 s'],
    [7_800_000, '2 h 10 min'],
    [-5, '0.0 s'],
  ])('%i ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it.each([
    ['2026-01-02T03:03:00Z', '15s'],
    ['2026-01-02T02:00:00Z', '63m'],
    ['2026-01-01T03:00:00Z', '24h'],
    ['2025-12-01T03:00:00Z', '32d'],
    ['2027-01-01T00:00:00Z', '0s'],
    ['nonsense', '?'],
  ])('the age of %s is %s', (since, age) => expect(formatAge(since, NOW)).toBe(age));

  it('aligns columns by what is seen, not by the colours', () => {
    const colours = createStyle(true);
    const [, ...rows] = formatTable(
      ['A', 'B'],
      [
        [colours.good('ok'), 'x'],
        ['failed', 'y'],
      ],
      colours,
    ).split('\n');
    expect(rows.map((row) => row.replaceAll(SGR, ''))).toEqual(['ok      x', 'failed  y']);
  });

  it('takes control characters out of text from outside', () => {
    expect(plain('a\r\nb\tc\u0000d\u2028e')).toBe('a b c d e');
  });

  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
  ])('colours: terminal %s, %j: %s', (terminal, variables, expected) => {
    expect(wantsColours(terminal, variables)).toBe(expected);
  });
});
