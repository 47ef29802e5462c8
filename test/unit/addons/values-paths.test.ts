import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { pathsNear, pathsOffered, pathsRead, pathsSet, pathsUnknown } from '../../addons/values-paths.ts';

const chart = `
image: { tag: "" }
labels: {}
limit: null
hosts: []
config: { a: 1, nested: { b: 2 } }
files: { "one.txt": x }
`;
const templates = `
{{ .Values.image.tag }} {{ .Values.commented.port }}
{{ toYaml .Values.config | indent 2 }}
{{ range $k, $v := .Values.files }}{{ end }}
{{ if .Values.image }}{{ end }}
`;
const offered = pathsOffered(parse(chart));
const all = [...offered, ...pathsRead(templates, offered)];

describe('the values of a chart', () => {
  it('are the paths of values.yaml; what is empty there may hold anything', () => {
    expect(offered).toEqual([
      'image.tag',
      'labels.*',
      'limit.*',
      'hosts',
      'config.a',
      'config.nested.b',
      'files.one\\.txt',
    ]);
  });

  it('are what templates read too, and maps that they take as a whole', () => {
    expect(all.slice(offered.length)).toEqual(['commented.port.*', 'config.*', 'files.*']);
  });

  it.each([
    [{ image: { tag: 'x' } }, []],
    [{ image: { tagg: 'x' } }, ['image.tagg']],
    [{ image: 'x' }, ['image']],
    [{ image: {} }, []],
    [{ labels: { any: { thing: 1 } } }, []],
    [{ limit: 3 }, []],
    [{ hosts: [{ any: 1 }] }, []],
    [{ hosts: { any: 1 } }, ['hosts.any']],
    [{ commented: { port: 1 } }, []],
    [{ commented: { prt: 1 } }, ['commented.prt']],
    [{ config: { new: { deep: 1 } } }, []],
    // A name that is there already is no new one.
    [{ config: { nested: { c: 1 } } }, ['config.nested.c']],
    [{ files: { 'one.txt': 'y', 'two.txt': 'z' } }, []],
    [{ config: { nested: null } }, []],
    [{ missing: null }, ['missing.*']],
  ])('%j sets what they lack: %j', (values, unknown) => {
    expect(pathsUnknown(pathsSet(values), all)).toEqual(unknown);
  });

  it('are recorded as far as they are near those that are set', () => {
    expect(pathsNear(['b.x.1', 'b.x.2', 'b.y', 'b.*', 'a.x.1', 'c'], ['b.x.1', 'c'])).toEqual([
      'b.*',
      'b.x.1',
      'b.x.2',
      'c',
    ]);
  });
});
