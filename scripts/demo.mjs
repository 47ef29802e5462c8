// npm run demo: from a fresh clone to a cluster, and back. See `npm run demo -- --help`.
import { prepare, runTypeScript } from './prepare.mjs';

await prepare();
process.exitCode = await runTypeScript('cli/main.ts', ['demo', ...process.argv.slice(2)]);
