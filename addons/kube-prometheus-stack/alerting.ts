import { z } from 'zod';
import type { ChartValues } from '../addon.ts';
import { secretReference } from '../secret-reference.ts';

const mail = z
  .strictObject({
    to: z.string().min(3).max(1024).describe('Addresses, separated by commas'),
    from: z.string().min(3).max(255).describe('Address of the sender'),
    smarthost: z
      .string()
      .max(255)
      .regex(/^[^\s:]+:\d{1,5}$/, 'must be <host>:<port>')
      .describe('The mail server, as <host>:<port>; it must speak TLS'),
    user: z.string().min(1).max(255).optional().describe('Name of the user at the mail server; goes with password'),
    password: secretReference.optional().describe('The user’s password: addons/<path>#<field> in Vault'),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    path: ['password'],
    message: 'user and password go together',
  });

const mattermost = z.strictObject({
  webhook: secretReference.describe('Address of the incoming webhook, which is secret: addons/<path>#<field> in Vault'),
  channel: z.string().min(1).max(64).optional().describe('The channel; the webhook’s own when absent'),
});

const telegram = z.strictObject({
  chatId: z.int().describe('Id of the chat, negative for groups'),
  token: secretReference.describe('Token of the bot: addons/<path>#<field> in Vault'),
});

/** Who is told of alerts: everybody who is named. */
export const alertingOptions = z.strictObject({
  mail: mail.optional().describe('By mail'),
  mattermost: mattermost.optional().describe('In Mattermost, whose webhooks take what Slack’s take'),
  telegram: telegram.optional().describe('By Telegram'),
});

type Alerting = z.output<typeof alertingOptions>;

const SECRET = 'alertmanager-receivers';
const file = (key: string): string => `/etc/alertmanager/secrets/${SECRET}/${key}`;

/** `alertmanager` of the chart's values. What is secret is in files, which Alertmanager reads. */
export function alertingValues(alerting: Alerting): ChartValues {
  const people = receiver(alerting);
  // The chart's own configuration tells nobody.
  if (people === undefined) return {};
  const nobody = { name: 'null' };
  return {
    extraSecret: { name: SECRET },
    alertmanagerSpec: Object.keys(alertingSecrets(alerting)).length === 0 ? {} : { secrets: [SECRET] },
    config: {
      route: {
        receiver: people.name,
        // It fires always, to show that alerts go out; whoever listens for it has a receiver of its own.
        routes: [{ receiver: nobody.name, matchers: ['alertname = "Watchdog"'] }],
      },
      receivers: [nobody, people],
    },
  };
}

function receiver({ mail: toMail, mattermost: toMattermost, telegram: toTelegram }: Alerting) {
  if (toMail === undefined && toMattermost === undefined && toTelegram === undefined) return undefined;
  return {
    name: 'people',
    ...(toMail === undefined ? {} : { email_configs: [emailConfig(toMail)] }),
    ...(toMattermost === undefined
      ? {}
      : {
          slack_configs: [
            {
              ...{ api_url_file: file('mattermost'), send_resolved: true },
              ...(toMattermost.channel === undefined ? {} : { channel: toMattermost.channel }),
            },
          ],
        }),
    ...(toTelegram === undefined
      ? {}
      : { telegram_configs: [{ bot_token_file: file('telegram'), chat_id: toTelegram.chatId, send_resolved: true }] }),
  };
}

const emailConfig = ({ to, from, smarthost, user }: z.output<typeof mail>) => ({
  ...{ to, from, smarthost, send_resolved: true },
  ...(user === undefined ? {} : { auth_username: user, auth_password_file: file('mail') }),
});

/** What is secret of it. */
export const alertingSecrets = ({
  mail: toMail,
  mattermost: toMattermost,
  telegram: toTelegram,
}: Alerting): Readonly<Record<string, string>> => ({
  ...(toMail?.password === undefined ? {} : { 'alertmanager.extraSecret.data.mail': toMail.password }),
  ...(toMattermost === undefined ? {} : { 'alertmanager.extraSecret.data.mattermost': toMattermost.webhook }),
  ...(toTelegram === undefined ? {} : { 'alertmanager.extraSecret.data.telegram': toTelegram.token }),
});
