// npm test: installs what the tests need, fetches Temporal and Vault once, and runs the tests. Arguments go to vitest.
import { join } from 'node:path';
import { prepare, root, runNode, runTypeScript } from './prepare.mjs';

await prepare();
// Once, before the test processes start: several of them would wait for each other's download.
const fetched = await runTypeScript('scripts/fetch-tools.ts', []);
process.exitCode =
  fetched === 0
    ? await runNode([join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)])
    : 1;
