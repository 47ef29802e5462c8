import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { anchorsOf, codeOf, documents, ROOT, withoutCode } from './documents.ts';

const pages = documents().map((page) => [page.path, page] as const);

const manifest = z.looseObject({ scripts: z.record(z.string(), z.string()).default({}) });
const scriptsOf = (folder: string): string[] =>
  Object.keys(manifest.parse(JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'))).scripts);

/** Commands and their options, as the generated page of the command line names them. */
const reference = readFileSync(join(ROOT, 'docs/reference/cli.md'), 'utf8');
const commands = new Map(
  reference
    .split(/^#{2,3} `slipway /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('`')), optionsOf(section)] as const),
);
const globalOptions = optionsOf(reference.slice(reference.indexOf('## Global options')));

function optionsOf(section: string): Set<string> {
  return new Set(
    [...section.matchAll(/^\| `([^`]+)` \|/gm)].flatMap(([, cell]) => cell?.match(/(?<![\w-])--?[a-z][\w-]*/gi) ?? []),
  );
}

/** The first links of a line such as `[text](target)`, without those to other sites. */
function linksOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) =>
    /^[a-z]+:/i.test(target) ? [] : [target],
  );
}

/** What is wrong with a link of this page; undefined when nothing is. */
function problemOf(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return `${link}: there is no ${target}`;
  if (anchor === undefined || !target.endsWith('.md')) return undefined;
  return anchorsOf(readFileSync(join(ROOT, target), 'utf8')).has(anchor) ? undefined : `${link}: no such heading`;
}

/** What is wrong with a `slipway …` command line. */
function commandProblems(line: string): string[] {
  const words = line.split(/\s+/);
  const name = [words.slice(0, 2).join(' '), words[0] ?? ''].find((candidate) => commands.has(candidate));
  if (name === undefined) return [`there is no command in: slipway ${line}`];
  const known = new Set([...(commands.get(name) ?? []), ...globalOptions]);
  const options = words.filter((word) => /^--?[a-z]/i.test(word)).map((word) => word.replace(/=.*/, ''));
  return options.filter((option) => !known.has(option)).map((option) => `slipway ${name} has no option ${option}`);
}

/**
 * Command lines that begin with `slipway` (after a prompt, sudo or an assignment), up to a comment, a pipe or the end.
 */
function slipwayLines(code: string): string[] {
  if (/^\s*(alias|import|const|#)/.test(code)) return [];
  return [
    ...code.matchAll(
      /(?:^|[(;&]\s*|\$ )(?:sudo )?(?:npm run (?:-s )?slipway --|node \S*bin\/slipway\.mjs|slipway) ([a-z][^#|;)"]*)/g,
    ),
  ].flatMap(([, line]) => (line === undefined ? [] : [line.trim()]));
}

/** Words that stand for something else in the text: `slipway.dev/…` labels and the like never match; these do. */
const NOT_A_COMMAND = /^(up \| down|create\|)/;

describe.each(pages)('%s', (path, { text }) => {
  it('has links that lead somewhere', () => {
    expect(linksOf(text).flatMap((link) => problemOf(path, link) ?? [])).toEqual([]);
  });

  it('names npm scripts that there are', () => {
    const folder = ['openstack-client-ts', 'sandbox'].find((workspace) => path.startsWith(`${workspace}/`)) ?? '.';
    const known = new Set([...scriptsOf('.'), ...scriptsOf(folder)]);
    const named = codeOf(text).flatMap((code) =>
      [...code.matchAll(/npm run (?:-s )?([\w:-]+)(?: -w (\S+))?/g)].filter(
        ([, script = '', workspace]) => !(workspace === undefined ? known : new Set(scriptsOf(workspace))).has(script),
      ),
    );
    expect(named.map(([command]) => command)).toEqual([]);
  });

  it('names commands and options of slipway that there are', () => {
    const lines = codeOf(text)
      .flatMap(slipwayLines)
      .filter((line) => !NOT_A_COMMAND.test(line));
    expect(lines.flatMap(commandProblems)).toEqual([]);
  });
});

describe('the index of the documentation', () => {
  it('leads to every page, some by the index of their folder', () => {
    const linksOfPage = (path: string) =>
      linksOf(readFileSync(join(ROOT, path), 'utf8')).map((link) => join(dirname(path), link));
    const first = linksOfPage('docs/README.md');
    const linked = new Set([
      ...first,
      ...first.filter((path) => /^docs\/.+\/README\.md$/.test(path)).flatMap(linksOfPage),
    ]);
    const missing = pages
      .map(([path]) => path)
      .filter((path) => /^docs\/(tutorial|how-to|reference|explanation)\//.test(path) && !linked.has(path));
    expect(missing).toEqual([]);
  });
});
