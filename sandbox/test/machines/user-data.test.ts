import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseUserData } from '../../src/machines/user-data.ts';

const encoded = {
  plain: 'content: "a: b"',
  b64: `encoding: b64\n    content: ${Buffer.from('a: b').toString('base64')}`,
  'gz+b64': `encoding: gz+b64\n    content: ${gzipSync('a: b').toString('base64')}`,
};

describe('user-data', () => {
  it.each(Object.entries(encoded))('holds files, %s', (_name, lines) => {
    const { files, commands } = parseUserData(
      `#cloud-config\nwrite_files:\n  - path: /etc/x\n    ${lines}\nruncmd:\n  - [a, b, 1]\n  - c d\n`,
    );
    expect(files).toEqual([{ path: '/etc/x', permissions: '0644', owner: 'root:root', content: 'a: b' }]);
    expect(commands).toEqual([['a', 'b', '1'], 'c d']);
  });

  it('of another kind has none', () => {
    expect(parseUserData('#!/bin/sh\n# write_files')).toEqual({ files: [], commands: [] });
    expect(parseUserData('')).toEqual({ files: [], commands: [] });
  });

  it.each([
    ['write_files: nothing', /write_files/u],
    ['write_files: [{path: relative}]', /path/u],
    ['write_files: [{path: /x, encoding: rot13, content: a}]', /unknown encoding "rot13"/u],
  ])('that is wrong is refused: %s', (text, reason) => {
    expect(() => parseUserData(`#cloud-config\n${text}\n`)).toThrow(reason);
  });
});
