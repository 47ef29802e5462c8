import { writeFile } from 'node:fs/promises';
import { apiText } from './api.ts';

await writeFile(new URL('../api.md', import.meta.url), apiText());
