import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { type AddonKey, addonOf } from '../../addons/index.ts';
import { type SampleValues, sampleValues } from './samples.ts';
import { isFields } from './values-paths.ts';

const run = promisify(execFile);

/** What `helm template` makes of an addon's samples. */
export interface Rendered {
  readonly key: AddonKey;
  /** How many samples were rendered, each in every cluster; none when the chart is not at hand. */
  readonly renders: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly images: readonly string[];
  readonly problems: readonly string[];
}

const objectSchema = z.looseObject({
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  metadata: z.looseObject({ name: z.string().min(1), namespace: z.string().optional() }),
});

/**
 * Renders every sample of an addon with its real chart, `<charts>/<name of the chart>`. Definitions in a `crds` folder
 * are not among the kinds.
 */
export async function renderAddon(key: AddonKey, charts: string): Promise<Rendered> {
  const { chart, images: declared } = addonOf(key);
  const folder = join(charts, chart.name);
  const kinds: Record<string, number> = {};
  const images = new Set<string>();
  const problems = new Set<string>();
  if (!existsSync(folder)) return { key, renders: 0, kinds, images: [], problems: [] };
  const all = sampleValues(key);
  for (const sample of all) {
    try {
      for (const object of await helmTemplate(key, folder, sample)) {
        kinds[object.kind] = (kinds[object.kind] ?? 0) + 1;
        for (const image of imagesIn(object)) images.add(image);
      }
    } catch (error) {
      problems.add(`${key}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  for (const image of images) {
    if (!declared.includes(nameOf(image))) problems.add(`${key}: ${nameOf(image)} is not among its images`);
  }
  return { key, renders: all.length, kinds, images: [...images].sort(), problems: [...problems] };
}

/** Objects that Helm makes of a chart with these values; what is secret is a word. */
async function helmTemplate(key: AddonKey, folder: string, { values, secretPaths }: SampleValues) {
  const { release, namespace } = addonOf(key);
  const given: Record<string, unknown> = structuredClone(values);
  for (const path of secretPaths) setSecret(given, path.split('.'));
  const command = ['template', release, folder, '--namespace', namespace, '--kube-version', '1.36.3', '--skip-tests'];
  const running = run('helm', [...command, '--values', '-'], { timeout: 60_000, maxBuffer: 64 * 1024 * 1024 });
  running.child.stdin?.end(stringify(given));
  const { stdout } = await running;
  return parseAllDocuments(stdout)
    .map((document) => document.toJS({ maxAliasCount: -1 }) as unknown)
    .filter((object) => object !== null && object !== undefined)
    .map((object) => objectSchema.parse(object));
}

function setSecret(values: Record<string, unknown>, [name = '', ...rest]: readonly string[]): void {
  if (rest.length === 0) {
    values[name] = 'secret';
    return;
  }
  const inner = { ...(isFields(values[name]) ? values[name] : {}) };
  values[name] = inner;
  setSecret(inner, rest);
}

/** Images that an object names: those of its containers, and of what an operator makes of it. */
function imagesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(imagesIn);
  if (!isFields(value)) return [];
  const { image, ...others } = value;
  return [...(typeof image === 'string' ? [image] : []), ...Object.values(others).flatMap(imagesIn)];
}

/** `registry/path` of an image, without tag and digest; images without a registry are Docker Hub's. */
function nameOf(image: string): string {
  const name = image.replace(/@.*$/, '').replace(/:[^/]*$/, '');
  const [first = ''] = name.split('/');
  return name.includes('/') && /[.:]/.test(first) ? name : `docker.io/${name}`;
}
