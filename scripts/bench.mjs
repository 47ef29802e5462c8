// npm run bench -- create|fleet …: the benchmarks. See `npm run bench -- --help`.
import { prepare, runTypeScript } from './prepare.mjs';

await prepare();
process.exitCode = await runTypeScript('test/bench/main.ts', process.argv.slice(2));
