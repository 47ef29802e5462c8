import { CLONE, GO, HOME, NODE } from './places.ts';

/** The clone, the home folder with every cache, temporary files, the toolchains, and what is no file. */
export const OWN: readonly string[] = [
  ...[CLONE, HOME, '/tmp', '/var/tmp', NODE, GO],
  ...['/proc', '/sys', '/dev', '/run'],
];

/** Files that no package owns, or that are looked for and may be missing, and why that is well. */
export const exceptions: readonly { readonly files: RegExp; readonly why: string }[] = [
  {
    files: /^\/etc\/(passwd|group|shadow|gshadow|nsswitch\.conf|ld\.so\.cache|machine-id|hostname)$/,
    why: 'made by the scripts of the essential packages (base-passwd, base-files, libc-bin)',
  },
  { files: /^\/etc\/(resolv\.conf|hosts|pip\.conf)$/, why: 'the host’s word on names and on where packages come from' },
  { files: /^\/(etc|var\/(lib|cache|log|backups))\/(dpkg|apt|alternatives)\b/, why: 'what dpkg and apt keep' },
];
