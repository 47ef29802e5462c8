import type { Exception } from './kit/compare.ts';

/**
 * Where the real services answer otherwise because no hypervisor, no agent and no amphora stand behind them. The emulator answers as a
 * cloud with all of these does.
 */
export const exceptions: readonly Exception[] = [];
