import { PassedInputs } from '../support/passed-inputs.ts';

/** A command that has to work on a machine with nothing but what the README names. */
export interface FreshCommand {
  readonly name: string;
  /** For a shell in the clone. */
  readonly script: string;
  /** Whether what it asks for and does not find is looked at too: services do so before they read a configuration. */
  readonly questions: boolean;
  /** After this many seconds it is ended. */
  readonly limit: number;
  /** With what of the repository it worked last, on such a machine. */
  readonly passed: PassedInputs;
}

/** What every command needs: the installers, their pins, and this check itself. */
const INSTALLERS = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  'bin',
  'scripts',
  'sandbox/package.json',
  'test/fresh',
];
const IMAGE = ['sandbox/image', 'sandbox/scripts', 'sandbox/src/machines/nspawn'];

/** Installers, pins, host programs and the services' configuration decide what a machine needs for a command. */
const passed = (name: string, ...inputs: readonly string[]): PassedInputs =>
  new PassedInputs(`test/fresh/passed/${name}.json`, [...INSTALLERS, ...inputs], ['test/fresh/passed/']);

const slipway = 'node bin/slipway.mjs';

/** In this order: what one leaves in the caches, the next one finds there, as on any machine. */
export const commands: readonly FreshCommand[] = [
  { name: 'demo', script: 'npm run demo -- --json', questions: false, limit: 900, passed: passed('demo', 'local') },
  { name: 'test', script: 'npm test', questions: false, limit: 2400, passed: passed('test', 'local') },
  {
    name: 'image',
    script: 'npm run image -- --json',
    questions: false,
    limit: 2400,
    passed: passed('image', ...IMAGE),
  },
  {
    name: 'openstack',
    script: [
      'set -e',
      `${slipway} up --cloud openstack --json >/tmp/up.json`,
      'node --conditions=source --import tsx test/fresh/boot-server.ts "$(cat /tmp/up.json)"',
      `${slipway} down --wipe --yes --json`,
    ].join('\n'),
    questions: true,
    limit: 1800,
    passed: passed('openstack', 'local', 'sandbox/openstack', 'sandbox/src/openstack', ...IMAGE),
  },
];
