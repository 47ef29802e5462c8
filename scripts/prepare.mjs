// What every entry point does first: plain Node without dependencies, because they may not be installed yet.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of package.json. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const OLDEST_NODE = [20, 19];

/**
 * Makes sure that this Node can run Slipway and that its dependencies are installed; ends the process with a sentence
 * if not.
 */
export async function prepare() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    console.error(`Slipway needs Node ${OLDEST_NODE.join('.')} or newer; this is Node ${process.versions.node}.`);
    console.error('Get a newer one from https://nodejs.org and run the same command again.');
    process.exit(1);
  }
  if (!isInstalled()) await install();
}

/** Whether npm's own record of what is in node_modules has every package of the lock file, in its version. */
function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const read = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const installed = read(record);
  return Object.entries(read(join(root, 'package-lock.json'))).every(
    // Optional packages are for other platforms; the others without a version are this repository itself.
    ([path, { version, optional }]) =>
      optional || !path.includes('node_modules/') || installed[path]?.version === version,
  );
}

async function install() {
  const started = Date.now();
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
  const tell = (text, end) => process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${text}${end}` : `${text}\n`);
  tell('Installing dependencies (npm ci)…', '');
  const timer = setInterval(
    () => process.stderr.isTTY && tell(`Installing dependencies (npm ci)… ${elapsed()}`, ''),
    1000,
  );
  const npm = spawn('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (data) => (output += data));
  const code = await new Promise((resolve) => {
    npm.on('error', (error) => ((output += error.message), resolve(1)));
    npm.on('close', resolve);
  });
  clearInterval(timer);
  if (code === 0) return tell(`Installed the dependencies in ${elapsed()}.`, '\n');
  tell(`npm ci failed after ${elapsed()}:`, '\n');
  console.error(output.trimEnd());
  process.exit(1);
}

/** Runs a TypeScript file of this repository with this Node; passes signals on, and resolves to its exit code. */
export async function runTypeScript(file, args) {
  const tsx = join(root, 'node_modules', 'tsx', 'dist', 'esm', 'index.mjs');
  return runNode(['--conditions=source', '--import', tsx, join(root, file), ...args]);
}

/** Runs Node with these arguments; passes signals on, and resolves to its exit code. */
export async function runNode(args) {
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  // Ctrl-C in a terminal reaches the child by itself; this process only waits for it.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
