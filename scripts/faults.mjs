// npm run faults: the fault matrix. See `npm run faults -- --help` and TESTING.md.
import { prepare, runTypeScript } from './prepare.mjs';

await prepare();
process.exitCode = await runTypeScript('test/faults/main.ts', process.argv.slice(2));
