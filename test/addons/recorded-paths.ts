import { readdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { type AddonKey, addonKeys, addonOf } from '../../addons/index.ts';
import { sampleValues } from './samples.ts';
import { isFields, pathsNear, pathsOffered, pathsRead, pathsSet, pathsUnknown } from './values-paths.ts';

const CATALOGUE = join(import.meta.dirname, '../../addons');

/** The folder of an addon in the catalogue: its key in kebab case. */
const folderOf = (key: AddonKey): string =>
  join(
    CATALOGUE,
    key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  );

/** What is recorded of a chart: its version, and the paths of its values near those that the catalogue sets. */
export interface RecordedPaths {
  readonly version: string;
  readonly paths: readonly string[];
}

const fileOf = (key: AddonKey): string => join(folderOf(key), 'values-paths.txt');

/** Reads what is recorded of an addon's chart. Throws when nothing is. */
export async function recordedPaths(key: AddonKey): Promise<RecordedPaths> {
  const [first = '', ...paths] = (await readFile(fileOf(key), 'utf8')).trimEnd().split('\n');
  const version = /^# (\S+) (\S+):/.exec(first)?.[2];
  if (version === undefined) throw new Error(`${fileOf(key)} does not begin with "# <chart> <version>:"`);
  return { version, paths };
}

/** Records the paths of a chart that was unpacked into this folder, with its subcharts in `charts/`. */
export async function recordPaths(key: AddonKey, chartFolder: string): Promise<RecordedPaths> {
  const { chart, versions } = addonOf(key);
  const version = versions[0]?.chart ?? '';
  const near = pathsNear(await pathsOfChart(chartFolder), setBy(key));
  const head = `# ${chart.name} ${version}: paths of its values near those that are set here; ".*" is anything below.`;
  await writeFile(fileOf(key), `${[head, ...near].join('\n')}\n`);
  return { version, paths: near };
}

/** Every path that an addon's values set, the secret ones too. */
export const setBy = (key: AddonKey): string[] => [
  ...new Set(sampleValues(key).flatMap(({ values, secretPaths }) => [...pathsSet(values), ...secretPaths])),
];

/** Every addon's paths against what is recorded: how many there are, and what is wrong. */
export async function checkPaths(): Promise<{ addons: number; paths: number; problems: string[] }> {
  const problems: string[] = [];
  let paths = 0;
  for (const key of addonKeys()) {
    const set = setBy(key);
    paths += set.length;
    const { chart, versions } = addonOf(key);
    const recorded = await recordedPaths(key);
    if (recorded.version !== versions[0]?.chart) {
      problems.push(`${key}: ${recorded.version} of ${chart.name} is recorded, and ${versions[0]?.chart ?? ''} pinned`);
    }
    problems.push(...pathsUnknown(set, recorded.paths).map((path) => `${key}: ${chart.name} has no value ${path}`));
  }
  return { addons: addonKeys().length, paths, problems };
}

async function pathsOfChart(folder: string): Promise<string[]> {
  const file = join(folder, 'values.yaml');
  const values: unknown = existsSync(file) ? parse(await readFile(file, 'utf8'), { maxAliasCount: -1 }) : {};
  const offered = pathsOffered(isFields(values) ? values : {});
  const templates = await filesBelow(join(folder, 'templates'));
  const read = await Promise.all(templates.map(async (one) => pathsRead(await readFile(one, 'utf8'), offered)));
  const charts = join(folder, 'charts');
  const subcharts = existsSync(charts) ? await readdir(charts, { withFileTypes: true }) : [];
  const inner = await Promise.all(
    subcharts
      .filter((one) => one.isDirectory())
      .map(async ({ name }) => (await pathsOfChart(join(charts, name))).map((path) => `${basename(name)}.${path}`)),
  );
  return [...offered, ...read.flat(), ...inner.flat()];
}

async function filesBelow(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}
