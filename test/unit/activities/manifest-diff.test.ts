import { expect, it } from 'vitest';
import { manifestChanges, sameManifest } from '../../../activities/addons/manifest-diff.ts';

const map = (greeting: string) => `---
# Source: web/templates/map.yaml
apiVersion: v1
kind: ConfigMap
metadata: { name: web }
data: { greeting: ${greeting}, other: same }
`;
const secret = (password: string) => `---
apiVersion: v1
kind: Secret
metadata: { name: web, namespace: elsewhere }
stringData: { password: ${password} }
`;

it('names what comes, goes and changes by fields, never by values', () => {
  const changes = manifestChanges(`${map('hello')}${secret('one')}`, `${secret('two')}${map('hello')}`, 'demo');
  expect(changes).toEqual([{ name: 'Secret elsewhere/web', change: 'change', fields: ['stringData.password'] }]);
  expect(JSON.stringify(changes)).not.toMatch(/one|two/);
  expect(manifestChanges(map('hello'), secret('two'), 'demo')).toEqual([
    { name: 'ConfigMap demo/web', change: 'remove', fields: [] },
    { name: 'Secret elsewhere/web', change: 'add', fields: [] },
  ]);
});

it('finds no difference in order and in comments', () => {
  const other = `---\nkind: ConfigMap\ndata: { other: same, greeting: hello }\nmetadata: { name: web }\napiVersion: v1\n`;
  expect(sameManifest(map('hello'), other, 'demo')).toBe(true);
  expect(sameManifest('', '\n', 'demo')).toBe(true);
  expect(sameManifest(map('hello'), map('servus'), 'demo')).toBe(false);
});
