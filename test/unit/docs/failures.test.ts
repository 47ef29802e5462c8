import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ClientFailureType } from '../../../client/index.ts';
import { FailureType } from '../../../model/index.ts';
import { ROOT } from './documents.ts';

/** Cells of every row of the page's tables, by what stands in the first one. */
const rows = new Map(
  readFileSync(join(ROOT, 'docs/reference/failures.md'), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const cells = line.split('|').map((cell) => cell.trim());
      const type = /^`([A-Z]\w+\.[A-Z]\w+)`$/.exec(cells[1] ?? '')?.[1];
      return type === undefined ? [] : [[type, cells.slice(2, -1)] as const];
    }),
);

describe('the page of failures', () => {
  it.each(Object.values(FailureType))('says of %s when it comes, whether it is retried, and what to do', (type) => {
    expect(rows.get(type)).toEqual([
      expect.stringMatching(/\w/),
      expect.stringMatching(/\w/),
      expect.stringMatching(/\w/),
    ]);
  });

  it.each(Object.values(ClientFailureType))('says of %s when it comes and what to do', (type) => {
    expect(rows.get(type)).toEqual([expect.stringMatching(/\w/), expect.stringMatching(/\w/)]);
  });

  it('names no failure that there is not', () => {
    const known: string[] = [...Object.values(FailureType), ...Object.values(ClientFailureType)];
    expect([...rows.keys()].filter((type) => !known.includes(type))).toEqual([]);
  });
});
