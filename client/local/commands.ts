import type { Command } from 'commander';

/** Registers the commands that run Slipway on this machine; they come with the local stack. */
export function registerLocalCommands(program: Command): Command {
  return program;
}
