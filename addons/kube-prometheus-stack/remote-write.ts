import { z } from 'zod';
import { secretReference } from '../secret-reference.ts';

/** To where Prometheus writes its metrics on, and by which right. */
export const remoteWriteOptions = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(1024)
      .describe('Address that takes Prometheus’ remote write'),
    user: z.string().min(1).max(255).optional().describe('Name of the user; goes with password'),
    password: secretReference.optional().describe('The user’s password: addons/<path>#<field> in Vault'),
    token: secretReference.optional().describe('A bearer token instead: addons/<path>#<field> in Vault'),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    path: ['password'],
    message: 'user and password go together',
  })
  .refine(({ user, token }) => user === undefined || token === undefined, {
    path: ['token'],
    message: 'a token and a user exclude each other',
  });

type RemoteWrite = z.output<typeof remoteWriteOptions>;

const SECRET = 'prometheus-remote-write';

/** The Secret that the chart makes, without what is secret, and the list for Prometheus. */
export function remoteWriteValues({ url, user, token }: RemoteWrite) {
  const key = (name: string) => ({ name: SECRET, key: name });
  return {
    secret: { name: SECRET, data: user === undefined ? {} : { user } },
    targets: [
      {
        url,
        ...(user === undefined ? {} : { basicAuth: { username: key('user'), password: key('password') } }),
        ...(token === undefined ? {} : { authorization: { credentials: key('token') } }),
      },
    ],
  };
}

/** What is secret of it. */
export const remoteWriteSecrets = ({ password, token }: RemoteWrite): Readonly<Record<string, string>> => ({
  ...(password === undefined ? {} : { 'prometheus.extraSecret.data.password': password }),
  ...(token === undefined ? {} : { 'prometheus.extraSecret.data.token': token }),
});
