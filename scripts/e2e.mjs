// npm run e2e: clusters of real machines. See `npm run e2e -- --help`.
import { prepare, runTypeScript } from './prepare.mjs';

await prepare();
process.exitCode = await runTypeScript('test/e2e/main.ts', process.argv.slice(2));
