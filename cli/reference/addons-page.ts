import { z } from 'zod';
import { type Addon, type AddonKey, addonKeys, addonOf, isCniKey } from '../../addons/index.ts';
import { fieldTable } from './spec-table.ts';

/** docs/reference/addons.md: every addon of the catalogue. `generated` is the first line. */
export function addonsReference(generated: string): string {
  const keys = addonKeys();
  const networks = keys.filter(isCniKey);
  const others = keys.filter((key) => !isCniKey(key));
  return [
    generated,
    '# Addons',
    '',
    'What the catalogue holds. An addon is wanted when its field stands in `addons` of the specification; `{}` takes every default.',
    'Any other chart is an addon of your own, in `addons.custom`. Secrets are named by their place in Vault, `addons/<path>#<field>`,',
    'and read when the addon is installed. That each value set here exists in its chart is checked by `npm run addons:check`.',
    '',
    '| addon | field | what it is |',
    '|---|---|---|',
    ...keys.map((key) => {
      const { title, summary } = addonOf(key);
      return `| [${title}](#${anchorOf(title)}) | \`${fieldOf(key)}\` | ${summary} |`;
    }),
    '',
    '## Pod networks',
    '',
    'One of them at most: two on a node break each other. `addons.cni.kind` says which, and its options stand beside it.',
    '',
    ...networks.flatMap((key) => section(key, '###')),
    '## Others',
    '',
    ...others.flatMap((key) => section(key, '###')),
  ].join('\n');
}

const fieldOf = (key: AddonKey): string => (isCniKey(key) ? `addons.cni.kind: ${key}` : `addons.${key}`);

/** As Markdown makes it of a heading. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

function section(key: AddonKey, heading: string): string[] {
  const addon = addonOf(key);
  return [
    `${heading} ${addon.title}`,
    '',
    `${addon.summary}. \`${fieldOf(key)}\``,
    '',
    ...facts(addon).map(([name, text]) => `- ${name}: ${text}`),
    '',
    ...fieldTable(z.toJSONSchema(addon.options, { io: 'input' })),
    '',
  ];
}

function facts({ release, namespace, chart, crds, versions, stage, after, leaves, images, links }: Addon) {
  const code = (text: string): string => `\`${text}\``;
  const comesAfter = after.map((other) => code(`addons.${other}`)).join(', ');
  return [
    ['chart', `[${chart.name}](${links.chart}) from ${code(chart.repository)}`],
    ...(crds === undefined
      ? []
      : [
          [
            'definitions',
            `chart ${code(crds.chart.name)} of the same version, which comes first as release ${code(crds.release)}`,
          ],
        ]),
    ...versions.map((version) => [
      `version ${version.chart}`,
      `${version.app === version.chart ? '' : `program ${version.app}, `}for Kubernetes from ${version.kubernetes.from}${
        version.kubernetes.to === undefined ? '' : ` to ${version.kubernetes.to}`
      }`,
    ]),
    ['release', `${code(release)} in namespace ${code(namespace)}`],
    [
      'when',
      `${stage === 'network' ? 'as soon as the API answers' : 'with the others'}${
        comesAfter === '' ? '' : `, after ${comesAfter} where it is wanted too`
      }`,
    ],
    ['leaves in the cloud', leaves.length === 0 ? 'nothing' : `${leaves.join(', ')}; deletion finds them`],
    ['images', images.map(code).join(', ')],
    ['documentation', `<${links.documentation}>`],
  ] as const;
}
