import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { apiText } from '../scripts/api.ts';

test('api.md is what `npm run api` writes', { timeout: 60_000 }, async () => {
  const file = await readFile(new URL('../api.md', import.meta.url), 'utf8');
  expect(file).toBe(apiText());
});
