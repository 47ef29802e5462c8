#!/usr/bin/env node
// Starts the command line from this checkout, wherever it is called from.
import { prepare, runTypeScript } from '../scripts/prepare.mjs';

await prepare();
process.exitCode = await runTypeScript('cli/main.ts', process.argv.slice(2));
