import { findSchemaIssue, type Schema } from '../http/json-schema.ts';
import { schemaWords } from '../http/schema-words.ts';
import { isRecord, type ApiError } from '../http/service.ts';
import { booleanSchema } from './check.ts';
import { keystoneDialect } from './errors.ts';

const text: Schema = { type: 'string' };
const reference = (more: Readonly<Record<string, Schema>> = {}): Schema => ({
  type: 'object',
  properties: { ...more },
});
const named = reference({ id: text, name: text });

/** keystone:keystone/auth/schema.py, `token_issue` */
export const loginSchema: Schema = {
  type: 'object',
  properties: {
    identity: {
      type: 'object',
      properties: {
        methods: { type: 'array', items: text },
        password: reference({ user: reference({ id: text, name: text, password: text, domain: named }) }),
        token: { ...reference({ id: text }), required: ['id'] },
      },
      required: ['methods'],
    },
    scope: {
      type: ['object', 'string'],
      properties: {
        project: reference({ name: text, id: text, domain: named }),
        domain: named,
        'OS-TRUST:trust': reference({ id: text }),
        system: reference({ all: booleanSchema }),
      },
    },
  },
  required: ['identity'],
};

const nameless = (field: string): ApiError =>
  keystoneDialect.error(400, `Invalid input for field ${field}: id or name must be present.`);

/** What has to have an id or a name, by its path, in the order in which Keystone looks. */
const references = ['identity/password/user', 'scope/project', 'scope/domain'];

/** Checks what a log-in says before anybody looks for its user. @throws ApiError 400 in Keystone's words */
export function checkLogin(auth: unknown): void {
  const issue = findSchemaIssue(loginSchema, auth);
  if (issue) {
    const where = issue.path.length > 0 ? `Invalid input for field '${issue.path.join('/')}': ` : '';
    throw keystoneDialect.error(400, where + schemaWords(issue));
  }
  for (const field of references) {
    const found = dig(auth, field);
    if (found === undefined) continue;
    if (isNameless(found)) throw nameless(field);
    const domain = found['domain'];
    if (field !== 'scope/domain' && isRecord(domain) && isNameless(domain)) throw nameless(`${field}/domain`);
  }
}

const isNameless = (value: Record<string, unknown>): boolean =>
  value['id'] === undefined && value['name'] === undefined;

function dig(value: unknown, path: string): Record<string, unknown> | undefined {
  const found = path.split('/').reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
  return isRecord(found) ? found : undefined;
}
