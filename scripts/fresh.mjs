// npm run fresh: what the README names, on a machine with nothing installed. See `npm run fresh -- --help`.
import { prepare, runTypeScript } from './prepare.mjs';

await prepare();
process.exitCode = await runTypeScript('test/fresh/main.ts', process.argv.slice(2));
