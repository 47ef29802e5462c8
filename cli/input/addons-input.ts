import type { z } from 'zod';
import { addonsSchema, isFields, parseInput } from '../../model/index.ts';
import type { Session } from '../cli.ts';
import { usageError } from '../usage-error.ts';
import { readInput } from './read-input.ts';
import { parseYaml } from './yaml-document.ts';

/** Addons as a person writes them. */
export type AddonsInput = z.input<typeof addonsSchema>;

/**
 * Reads addons from a file: what stands under `addons` there, as in a cluster's specification, or else all of it.
 *
 * @throws SlipwayError `Slipway.InvalidInput`; the message names each field
 */
export async function readAddons(file: string, session: Session): Promise<AddonsInput> {
  const fileName = file === '-' ? 'standard input' : file;
  const text = await readInput(file, session.environment.stdin, session.signal);
  const { value } = parseYaml(text, fileName);
  const input = isFields(value) && Object.hasOwn(value, 'addons') ? value.addons : value;
  const parsed = parseInput(addonsSchema, input);
  // The schema accepted it; it is sent as it was written, so that the operation applies the defaults.
  if (parsed.ok) return input as AddonsInput;
  const lines = parsed.issues.map(
    ({ path, reason }) => `  ${fileName}: addons${path === '' ? '' : `.${path}`}: ${reason}`,
  );
  throw usageError(`The addons do not fit:\n${lines.join('\n')}`, parsed.issues);
}
