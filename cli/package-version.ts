import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const packageSchema = z.looseObject({ version: z.string() });

/** The version in package.json, from the sources (cli) or from the build (dist/cli). */
export function packageVersion(): string {
  const places = ['../package.json', '../../package.json'].map((path) => new URL(path, import.meta.url));
  const found = places.find((place) => existsSync(place));
  return found === undefined ? 'unknown' : packageSchema.parse(JSON.parse(readFileSync(found, 'utf8'))).version;
}
