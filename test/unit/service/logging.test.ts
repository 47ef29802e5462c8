import { expect, test } from 'vitest';
import { createLogger } from '../../../service/logging.ts';
import { temporalLogger } from '../../../workers/temporal-logger.ts';

function logged(format: 'json' | 'text', act: (logger: ReturnType<typeof createLogger>) => void): string {
  let lines = '';
  act(createLogger({ level: 'debug', format }, { write: (line) => void (lines += line) }));
  return lines;
}

const secrets = {
  vault: `hvs.${'A1b2'.repeat(12)}`,
  fernet: `gAAAAAB${'x-Y_'.repeat(20)}`,
  join: 'abcdef.0123456789abcdef',
  pem: `-----BEGIN EC PRIVATE KEY-----\n${'MHc'.repeat(20)}\n-----END EC PRIVATE KEY-----`,
  bearer: `Bearer ${'t'.repeat(40)}`,
};

test.each(Object.entries(secrets))(
  'a %s secret in a message, a field or an error does not reach the log',
  (_, secret) => {
    for (const format of ['json', 'text'] as const) {
      const lines = logged(format, (logger) => {
        logger.info(`got ${secret}`);
        logger.info({ answer: { body: secret } }, 'answer');
        logger.error({ err: new Error(`refused: ${secret}`) }, 'failed');
        temporalLogger(logger).warn('Activity failed', { error: new Error(secret), attempt: 2n });
      });
      expect(lines).toContain('[secret]');
      const body = secret.replaceAll('\n', '\\n');
      expect(lines.includes(secret) || lines.includes(body) || lines.includes('MHcMHc')).toBe(false);
    }
  },
);

test.each(['token', 'password', 'kubeconfig', 'client_token', 'user_data'])(
  'the value of a field %s is left out',
  (field) => {
    const lines = logged('json', (logger) =>
      logger.info({ [field]: 'value-1', deep: { [field]: 'value-2', more: { [field]: 'value-3' } } }, 'x'),
    );
    expect(lines).not.toMatch(/value-\d/);
  },
);

test('what is no secret stays: ids, paths, addresses', () => {
  const text =
    'server 3f1c9a52-6c4e-4f3b-9d57-2f5d7d1c1c11 of atlas-k3f7x2 at clusters/atlas-k3f7x2/kubeconfig, https://127.64.0.9:6443';
  expect(logged('json', (logger) => logger.info(text))).toContain(text);
});

test('JSON is one object per line with the level’s name; text is for a person', () => {
  const line: unknown = JSON.parse(logged('json', (logger) => logger.warn({ count: 2 }, 'two of them')));
  expect(line).toMatchObject({ level: 'warn', msg: 'two of them', count: 2 });
  expect(logged('text', (logger) => logger.warn({ count: 2 }, 'two of them'))).toMatch(
    /^\S+ WARN {2}two of them {2}count=2\n$/,
  );
});
