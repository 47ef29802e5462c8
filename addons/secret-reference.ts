import { z } from 'zod';

/** A secret in Vault and one of its fields: `teams/web/database#password`, below the key/value mount. */
export const secretReference = z
  .string()
  .max(255)
  .regex(
    /^addons\/[A-Za-z0-9_-]+(\/[A-Za-z0-9_.-]+)*#[A-Za-z0-9_.-]+$/,
    'must be addons/<path>#<field>: a field of a secret below addons/ in Vault’s key/value mount',
  )
  .refine((path) => !path.split(/[/#]/).some((part) => /^\.+$/.test(part)), 'must not hold "." or ".."');
