/** What a terminal showed at one moment: lines with SGR sequences (ECMA-48), as `tmux capture-pane -e` prints them. */
export interface Frame {
  readonly text: string;
  /** How long it is shown, in seconds. */
  readonly seconds: number;
}

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly title: string;
}

/** Size of a character cell, in SVG units. */
const [WIDTH, HEIGHT] = [8.4, 18];
const MARGIN = 16;
const COLOURS: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#56d364',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
  90: '#8b949e',
};

interface Style {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly colour: string | undefined;
}
const ESCAPE = String.fromCharCode(27);
/** A change of style (SGR, ECMA-48 8.3.117), or text up to the next one. */
const SEQUENCE_OR_TEXT = new RegExp(`${ESCAPE}\\[([\\d;]*)m|([^${ESCAPE}]+)`, 'g');
const PLAIN: Style = { bold: false, dim: false, colour: undefined };

/**
 * A recording of a terminal as one SVG that plays by itself. Where nothing may move, or the reader does not want it, it
 * shows the last frame. It has a background of its own, so it can be read on light and dark pages.
 */
export function terminalSvg(frames: readonly Frame[], { columns, rows, title }: Screen): string {
  const total = frames.reduce((sum, { seconds }) => sum + seconds, 0);
  const [width, height] = [Math.ceil(columns * WIDTH) + 2 * MARGIN, rows * HEIGHT + 2 * MARGIN];
  let start = 0;
  const shown = frames.map(({ text, seconds }, index) => {
    const share = ((100 * seconds) / total).toFixed(3);
    const last = index === frames.length - 1 ? ' last' : '';
    const rule = `@keyframes f${index}{0%{visibility:visible}${share}%,100%{visibility:hidden}}#f${index}{animation:f${index} ${total.toFixed(2)}s step-end ${(start - total).toFixed(2)}s infinite}`;
    start += seconds;
    return { rule, group: `<g id="f${index}" class="frame${last}">${rowsOf(text, rows)}</g>` };
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" xml:space="preserve" role="img" aria-label="${escape(title)}">`,
    `<title>${escape(title)}</title>`,
    '<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#e6edf3;white-space:pre}.b{font-weight:700}.d{fill-opacity:.62}.frame{visibility:hidden}.last{visibility:visible}',
    `@media (prefers-reduced-motion:no-preference){${shown.map(({ rule }) => rule).join('')}}</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    ...shown.map(({ group }) => group),
    '</svg>\n',
  ].join('\n');
}

function rowsOf(text: string, rows: number): string {
  const lines = text.replace(/\n+$/, '').split('\n').slice(-rows);
  return lines.map((line, row) => rowOf(line, MARGIN + (row + 0.75) * HEIGHT)).join('');
}

/** Each run of one style is placed by its column, so that a font with odd widths does not shift what follows. */
function rowOf(line: string, y: number): string {
  let style = PLAIN;
  let column = 0;
  let out = '';
  for (const [, codes, run] of line.matchAll(SEQUENCE_OR_TEXT)) {
    if (run === undefined) style = restyle(style, codes ?? '');
    else {
      if (run.trim() !== '') out += textOf(run, column, y, style);
      column += Array.from(run).length;
    }
  }
  return out;
}

function textOf(run: string, column: number, y: number, { bold, dim, colour }: Style): string {
  const classes = [...(bold ? ['b'] : []), ...(dim ? ['d'] : [])].join(' ');
  const attributes = [
    ...(classes === '' ? [] : [`class="${classes}"`]),
    ...(colour === undefined ? [] : [`style="fill:${colour}"`]),
  ];
  const x = (MARGIN + column * WIDTH).toFixed(1);
  return `<text x="${x}" y="${y.toFixed(1)}" ${attributes.join(' ')}>${escape(run.trimEnd())}</text>`;
}

function restyle(style: Style, codes: string): Style {
  return codes.split(';').reduce((now, text): Style => {
    const code = Number(text);
    if (code === 0) return PLAIN;
    if (code === 1) return { ...now, bold: true };
    if (code === 2) return { ...now, dim: true };
    if (code === 22) return { ...now, bold: false, dim: false };
    if (code === 39) return { ...now, colour: undefined };
    return { ...now, colour: COLOURS[code] ?? now.colour };
  }, style);
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
