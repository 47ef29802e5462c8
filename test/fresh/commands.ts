/** A command that has to work on a machine with nothing but what the README names. */
export interface FreshCommand {
  readonly name: string;
  /** For a shell in the clone. */
  readonly script: string;
  /** Whether what it asks for and does not find is looked at too: services do so before they read a configuration. */
  readonly questions: boolean;
  /** After this many seconds it is ended. */
  readonly limit: number;
}

const slipway = 'node bin/slipway.mjs';

/** In this order: what one leaves in the caches, the next one finds there, as on any machine. */
export const commands: readonly FreshCommand[] = [
  { name: 'demo', script: 'npm run demo -- --json', questions: false, limit: 900 },
  { name: 'test', script: 'npm test', questions: false, limit: 2400 },
  { name: 'image', script: 'npm run image -- --json', questions: false, limit: 2400 },
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
  },
];
