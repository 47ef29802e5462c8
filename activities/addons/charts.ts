import { access, readdir, readFile, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ApplicationFailure, cancellationSignal } from '@temporalio/activity';
import { parse } from 'yaml';
import { z } from 'zod';
import type { AddonRelease } from '../../addons/index.ts';
import { FailureType } from '../../model/index.ts';
import { chartFailure } from './helm-failures.ts';
import type { HelmRun } from './helm-run.ts';

const DOWNLOAD_MS = 5 * 60_000;

const chartFile = z.looseObject({ name: z.string(), version: z.coerce.string() });

/**
 * The chart of an addon as a file or folder on this machine: the worker's own where its folder has it, else from where
 * the worker takes charts. An archive with another digest than the wanted one is refused; a folder has none, and is the
 * word of whoever put it there.
 *
 * @throws ApplicationFailure `Addon.ChartUnavailable`, `Addon.ChartRefused`
 */
export async function fetchChart(run: HelmRun, release: AddonRelease): Promise<string> {
  const { chart, version, sha256 } = release;
  const found = (await fromFolder(run, release)) ?? (await fromRepository(run, release));
  if (sha256 === undefined || (await stat(found)).isDirectory()) return found;
  const sum = createHash('sha256')
    .update(await readFile(found, { signal: cancellationSignal() }))
    .digest('hex');
  if (sum === sha256) return found;
  throw ApplicationFailure.nonRetryable(
    `the archive of chart ${chart.name} ${version} has the SHA-256 ${sum}, not ${sha256}: it was not used`,
    FailureType.AddonChartRefused,
  );
}

/** `<name>-<version>.tgz`, or a folder `<name>` whose Chart.yaml says this version. */
async function fromFolder(run: HelmRun, { chart, version }: AddonRelease): Promise<string | undefined> {
  const { chartFolder } = run.settings;
  if (chartFolder === undefined) return undefined;
  const archive = join(chartFolder, `${chart.name}-${version}.tgz`);
  if (await exists(archive)) return archive;
  const folder = join(chartFolder, chart.name);
  const text = await readFile(join(folder, 'Chart.yaml'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = chartFile.safeParse(parse(text));
  return parsed.success && parsed.data.name === chart.name && parsed.data.version === version ? folder : undefined;
}

async function fromRepository(run: HelmRun, { key, chart, version }: AddonRelease): Promise<string> {
  const { chartFolder, chartSource } = run.settings;
  const what = `fetching chart ${chart.name} ${version} of ${key}`;
  if (chart.repository === undefined || chartSource === 'folder') {
    const where =
      chartFolder === undefined
        ? 'the worker has no folder of charts (SLIPWAY_CHART_FOLDER)'
        : `it is not in ${chartFolder}`;
    throw ApplicationFailure.nonRetryable(`${what}: ${where}`, FailureType.AddonChartUnavailable);
  }
  const source = sourceOf({ name: chart.name, repository: chart.repository }, chartSource);
  const destination = join(run.folder, 'charts');
  try {
    await run.call(['pull', ...source, '--version', version, '--destination', destination], { timeoutMs: DOWNLOAD_MS });
  } catch (error) {
    throw chartFailure(error, what);
  }
  const [archive] = (await readdir(destination)).filter((name) => name.endsWith('.tgz'));
  if (archive !== undefined) return join(destination, archive);
  throw ApplicationFailure.retryable(`${what}: helm brought no archive`, FailureType.AddonChartUnavailable);
}

/**
 * Arguments of `helm pull`. A mirror has each chart below the host and path that it has upstream, as
 * `<mirror>/quay.io/jetstack/charts/cert-manager`. Without TLS (`oci+http://`) is for registries on this machine.
 */
export function sourceOf(chart: { readonly name: string; readonly repository: string }, source: string): string[] {
  const { name, repository } = chart;
  if (source !== 'upstream') {
    const path = repository.replace(/^[a-z]+:\/\//, '').replaceAll(':', '_');
    const mirror = source.replace(/\/+$/, '');
    const plain = mirror.startsWith('oci+http://');
    return [`${mirror.replace(/^oci\+http:/, 'oci:')}/${path}/${name}`, ...(plain ? ['--plain-http'] : [])];
  }
  return repository.startsWith('oci://') ? [`${repository}/${name}`] : [name, '--repo', repository];
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
