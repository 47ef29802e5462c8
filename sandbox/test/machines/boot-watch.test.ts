import { expect, test } from 'vitest';
import { bootProblem } from '../../src/machines/nspawn/boot-watch.ts';

const early = { console: 'systemd 257 running in system mode\nWelcome to Debian\n', ended: false, seconds: 3 };

test('a machine that boots has no problem, until it takes too long', () => {
  expect(bootProblem(early)).toBeUndefined();
  expect(bootProblem({ ...early, seconds: 300 })).toMatch(/has not asked for its metadata in 300 s/);
});

test('what systemd said when it gave up is the reason', () => {
  const console = `${early.console}Failed to allocate manager object: Too many open files\n[!!!!!!] Failed to allocate manager object.\n`;
  expect(bootProblem({ ...early, console })).toBe('Failed to allocate manager object: Too many open files');
  const frozen = `${early.console}Freezing execution.\n`;
  expect(bootProblem({ ...early, console: frozen })).toBe('Freezing execution.');
});

test('a first process that ended is a problem at once, with its last words', () => {
  expect(bootProblem({ ...early, ended: true })).toBe('its first process has ended; last it said: Welcome to Debian');
  expect(bootProblem({ console: '', ended: true, seconds: 0 })).toBe('its first process has ended');
});
