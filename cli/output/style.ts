import pc from 'picocolors';

/** Colours of the command line; all of them return the text unchanged when colours are off. */
export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly busy: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

/** The colours, or none of them. */
export function createStyle(colours: boolean): Style {
  const { green, red, cyan, dim, bold } = pc.createColors(colours);
  return { good: green, bad: red, busy: cyan, dim, bold };
}

/**
 * Whether to colour: on a terminal, unless NO_COLOR is set (no-color.org) or the terminal is dumb; FORCE_COLOR
 * overrides.
 */
export function wantsColours(isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: term } = environment;
  if (no !== undefined && no !== '') return false;
  if (force !== undefined && force !== '') return force !== '0';
  return isTerminal && term !== 'dumb';
}
