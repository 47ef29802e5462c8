import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { adoptClusterSchema, checkCloudSchema, findOrphansSchema, operations } from '../../../model/index.ts';
import { type Document, documents, ROOT } from './documents.ts';

/** What people copy from the pages: specifications, inputs of workflows, names of variables. */
const pages = documents().filter(({ path }) => !/^(openstack-client-ts|sandbox)\//.test(path));

interface Found {
  readonly page: string;
  readonly text: string;
}

const inAll = (find: (page: Document) => readonly string[]): Found[] =>
  pages.flatMap((page) => find(page).map((text) => ({ page: page.path, text })));

const blocks = (language: string) => (page: Document) =>
  [...page.text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, body = '']) => body);

describe('specifications in the documentation', () => {
  const specifications = [...inAll(blocks('yaml')), ...inAll(blocks('json'))].filter(({ text }) =>
    /^\W*"?name"?:/m.test(text),
  );

  it('are there', () => {
    expect(specifications.length).toBeGreaterThan(3);
  });

  it.each(specifications)('fit the schema: $page', ({ text }) => {
    expect(operations.createCluster.schema.safeParse(parse(text)).error?.issues ?? []).toEqual([]);
  });
});

describe('workflow starts in the documentation', () => {
  const schemas: Readonly<Record<string, z.ZodType>> = {
    ...Object.fromEntries(Object.entries(operations).map(([name, { schema }]) => [name, schema])),
    ...{ checkCloud: checkCloudSchema, adoptCluster: adoptClusterSchema, findOrphans: findOrphansSchema },
  };
  const starts = inAll(({ text }) =>
    text
      .replaceAll(/\\\n\s*/g, ' ')
      .split('\n')
      .filter((line) => /--type \w+.*--input '/.test(line)),
  );

  it('are there', () => {
    expect(starts.length).toBeGreaterThan(3);
  });

  it.each(starts)('fit the schema: $page: $text', ({ text }) => {
    const [, type = '', input = ''] = /--type (\w+).*--input '([^']*)'/.exec(text) ?? [];
    expect(Object.keys(schemas)).toContain(type);
    expect(schemas[type]?.safeParse(JSON.parse(input)).error?.issues ?? []).toEqual([]);
  });
});

describe('variables in the documentation', () => {
  const reference = ['configuration', 'cli']
    .map((name) => readFileSync(join(ROOT, `docs/reference/${name}.md`), 'utf8'))
    .join('\n');

  it('are in the reference', () => {
    const named = inAll(({ text }) => text.match(/\bSLIPWAY_[A-Z_]*[A-Z]/g) ?? []);
    expect(named.filter(({ text }) => !reference.includes(`\`${text}`))).toEqual([]);
  });
});
