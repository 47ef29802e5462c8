/** Writes one line about what the machine side does. */
export type Log = (line: string) => void;
