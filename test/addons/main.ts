import { Command } from 'commander';
import { addonKeys, isAddonKey } from '../../addons/index.ts';
import { checkPaths, recordPaths } from './recorded-paths.ts';
import { renderAddon } from './render.ts';

interface Options {
  readonly json: boolean;
  readonly record?: string;
  readonly chart?: string;
  readonly render: boolean;
  readonly charts?: string;
  readonly only?: string;
}

const program = new Command('addons:check')
  .description('Checks that every value the catalogue sets exists in the chart that it pins')
  .option('--json', 'accepted for symmetry: the last line is JSON in any case', false)
  .option('--record <addon>', 'record the paths of the values of this addon’s chart anew')
  .option('--chart <folder>', 'with --record: the unpacked chart, its subcharts in charts/')
  .option('--render', 'render every addon by helm template, which must be on the path', false)
  .option('--charts <folder>', 'with --render: the unpacked charts, each in a folder of its name')
  .option('--only <addon>', 'with --render: this addon alone');

program.parse();
const options = program.opts<Options>();

try {
  const answer =
    options.record !== undefined ? await record(options) : options.render ? await render(options) : await check();
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  if (!answer.ok) process.exitCode = 1;
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  process.stdout.write(`${JSON.stringify({ ok: false, error: { message } })}\n`);
  process.exitCode = 1;
}

async function check() {
  const { addons, paths, problems } = await checkPaths();
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return { ok: problems.length === 0, addons, paths };
}

async function record({ record: key = '', chart }: Options) {
  if (!isAddonKey(key)) throw new Error(`there is no addon ${key}; there are ${addonKeys().join(', ')}`);
  if (chart === undefined) throw new Error('--record needs --chart, the folder of the unpacked chart');
  const { version, paths } = await recordPaths(key, chart);
  return { ok: true, addon: key, version, recorded: paths.length };
}

async function render({ charts, only }: Options) {
  if (charts === undefined) throw new Error('--render needs --charts, the folder of the unpacked charts');
  const keys = addonKeys().filter((key) => only === undefined || key === only);
  const missing: string[] = [];
  let rendered = 0;
  let ok = true;
  for (const key of keys) {
    const { renders, kinds, images, problems } = await renderAddon(key, charts);
    if (renders === 0) missing.push(key);
    else rendered += 1;
    for (const problem of problems) process.stderr.write(`${problem}\n`);
    ok &&= problems.length === 0;
    process.stderr.write(`${key}: ${renders} renders, ${JSON.stringify(kinds)}, ${images.join(' ')}\n`);
  }
  return { ok, addons: rendered, missing };
}
