import { homedir } from 'node:os';
import { join } from 'node:path';

/** The environment as a process has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the local stack keeps its things on this machine, and how it looks for programs. */
export interface LocalConfig {
  /** Downloaded programs: `$XDG_CACHE_HOME/slipway`, by default `~/.cache/slipway`. */
  readonly cacheDirectory: string;
  /** State of `slipway up`: `$XDG_STATE_HOME/slipway`, by default `~/.local/state/slipway`. */
  readonly stateDirectory: string;
  /** Directories in which programs are looked for, in order (`PATH`). */
  readonly searchPath: readonly string[];
}

/**
 * Reads the local stack's configuration. The directories follow the XDG Base Directory Specification 0.8, which says
 * that a relative path in a variable is to be ignored.
 */
export function localConfig(environment: Environment = process.env): LocalConfig {
  const home = environment['HOME'] ?? homedir();
  const directory = (variable: string, fallback: string): string => {
    const value = environment[variable];
    return join(value?.startsWith('/') === true ? value : join(home, fallback), 'slipway');
  };
  return {
    cacheDirectory: directory('XDG_CACHE_HOME', '.cache'),
    stateDirectory: directory('XDG_STATE_HOME', '.local/state'),
    searchPath: (environment['PATH'] ?? '').split(':').filter((entry) => entry.startsWith('/')),
  };
}

/**
 * Variables that would lead a process of the local stack to another Temporal, Vault, cloud or cluster than the local
 * one.
 */
const FOREIGN = /^(TEMPORAL_|VAULT_|BAO_|OS_|SLIPWAY_|KUBECONFIG$)/;

/** The environment of a process of the local stack: this process's own, without what points elsewhere, and `extra`. */
export function childEnvironment(
  extra: Readonly<Record<string, string>> = {},
  environment: Environment = process.env,
): Record<string, string> {
  const inherited = Object.entries(environment).flatMap(([name, value]): [string, string][] =>
    value === undefined || FOREIGN.test(name) ? [] : [[name, value]],
  );
  return { ...Object.fromEntries(inherited), ...extra };
}
