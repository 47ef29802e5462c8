// npm run image: builds what real machines boot from. See `npm run image -- --help`.
import { prepare, runTypeScript } from './prepare.mjs';

await prepare();
process.exitCode = await runTypeScript('sandbox/image/build.ts', process.argv.slice(2));
