import { ApiError, type Dialect } from '../http/service.ts';

/** Titles and texts of Swift's answers (swift:swift/common/swob.py, RESPONSE_REASONS). */
const reasons: Readonly<Record<number, readonly [title: string, text: string]>> = {
  400: [
    'Bad Request',
    'The server could not comply with the request since it is either malformed or otherwise incorrect.',
  ],
  401: ['Unauthorized', 'This server could not verify that you are authorized to access the document you requested.'],
  403: ['Forbidden', 'Access was denied to this resource.'],
  404: ['Not Found', 'The resource could not be found.'],
  405: ['Method Not Allowed', 'The method is not allowed for this resource.'],
  409: ['Conflict', 'There was a conflict when trying to complete your request.'],
  412: ['Precondition Failed', 'A precondition for this request was not met.'],
  416: ['Requested Range Not Satisfiable', 'The Range requested is not available.'],
  422: ['Unprocessable Entity', 'Unable to process the contained instructions'],
  500: ['Internal Error', 'The server has either erred or is incapable of performing the requested operation.'],
};

/** One of Swift's refusals; a text of its own replaces the page. */
export function swiftError(status: number, text?: string): ApiError {
  const [title, explanation] = reasons[status] ?? ['Error', ''];
  const body = text ?? `<html><h1>${title}</h1><p>${explanation}</p></html>`;
  return new ApiError(status, body, text ?? explanation, {
    'content-type': text === undefined ? 'text/html; charset=UTF-8' : 'text/plain',
  });
}

export const swiftDialect: Dialect = {
  error: (status, message) => swiftError(status, message),
  invalid: (path, _value, reason) => swiftError(400, `${path} ${reason}`),
  unknownPath: ({ allowed }) => swiftError(allowed.length > 0 ? 405 : 404),
};
