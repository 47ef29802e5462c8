// npm run test:openstack: the contract on the emulator and on real OpenStack. See `npm run test:openstack -- --help`.
import { prepare, runTypeScript } from './prepare.mjs';

await prepare();
process.exitCode = await runTypeScript('test/contract/main.ts', process.argv.slice(2));
