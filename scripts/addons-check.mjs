// npm run addons:check: the values of the addon catalogue against their charts. See `npm run addons:check -- --help`.
import { prepare, runTypeScript } from './prepare.mjs';

await prepare();
process.exitCode = await runTypeScript('test/addons/main.ts', process.argv.slice(2));
