import type { ResourceType } from './resource-type.ts';

/** An answer of the API that is not a success; `status` is the `Status` object which the client gets. */
export class ApiError extends Error {
  readonly code: number;
  readonly status: Readonly<Record<string, unknown>>;

  constructor(code: number, reason: string, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(details === undefined ? {} : { details }),
      code,
    };
  }
}

const qualified = (type: ResourceType) => (type.group === '' ? type.plural : `${type.plural}.${type.group}`);
const details = (type: ResourceType, name: string) => ({
  name,
  ...(type.group === '' ? {} : { group: type.group }),
  kind: type.plural,
});

/** 404 for an object. */
export const notFound = (type: ResourceType, name: string) =>
  new ApiError(404, 'NotFound', `${qualified(type)} "${name}" not found`, details(type, name));

/** 404 for a path that no resource serves. */
export const unknownPath = () => new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});

/** 409 for a name that is taken. */
export const alreadyExists = (type: ResourceType, name: string) =>
  new ApiError(409, 'AlreadyExists', `${qualified(type)} "${name}" already exists`, details(type, name));

/** 409 for an update of an old version. */
export const conflict = (type: ResourceType, name: string, why?: string) =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(type)} "${name}": ` +
      (why ?? 'the object has been modified; please apply your changes to the latest version and try again'),
    details(type, name),
  );

/** One reason why an object is refused. */
export interface Cause {
  readonly field: string;
  readonly reason: string;
  /** As Kubernetes writes it, without the field: `Invalid value: "x": …`. */
  readonly message: string;
}

/** 422 for an object that breaks rules. */
export const invalidFor = (type: ResourceType, name: string, causes: readonly Cause[]) => {
  const words = causes.map(({ field, message }) => `${field}: ${message}`);
  const all = words.length === 1 ? (words[0] ?? '') : `[${words.join(', ')}]`;
  return new ApiError(
    422,
    'Invalid',
    `${type.kind}${type.group === '' ? '' : `.${type.group}`} "${name}" is invalid: ${all}`,
    {
      ...details(type, name),
      kind: type.kind,
      causes: causes.map(({ field, reason, message }) => ({ reason, message, field })),
    },
  );
};

/** 422 for an object with a value that is not allowed. */
export const invalid = (type: ResourceType, name: string, field: string, message: string) =>
  invalidFor(type, name, [{ field, reason: 'FieldValueInvalid', message }]);

/** 400 for a request that cannot be understood. */
export const badRequest = (message: string) => new ApiError(400, 'BadRequest', message);

/** 405 for a verb that a resource does not have. */
export const methodNotAllowed = () =>
  new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

/** 410 for a resource version that is no longer remembered. */
export const gone = (asked: number, oldest: number) =>
  new ApiError(410, 'Expired', `too old resource version: ${asked} (${oldest})`);
