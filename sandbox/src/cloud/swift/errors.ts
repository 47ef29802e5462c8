import { ApiError, reply, type Answer, type Dialect } from '../http/service.ts';

/** Titles and texts of Swift's answers (swift:swift/common/swob.py, RESPONSE_REASONS). */
const reasons: Readonly<Record<number, readonly [title: string, text: string]>> = {
  202: ['Accepted', 'The request is accepted for processing.'],
  307: ['Temporary Redirect', 'The resource has moved temporarily.'],
  400: [
    'Bad Request',
    'The server could not comply with the request since it is either malformed or otherwise incorrect.',
  ],
  401: ['Unauthorized', 'This server could not verify that you are authorized to access the document you requested.'],
  403: ['Forbidden', 'Access was denied to this resource.'],
  404: ['Not Found', 'The resource could not be found.'],
  405: ['Method Not Allowed', 'The method is not allowed for this resource.'],
  406: ['Not Acceptable', 'The resource is not available in a format acceptable to your browser.'],
  409: ['Conflict', 'There was a conflict when trying to complete your request.'],
  412: ['Precondition Failed', 'A precondition for this request was not met.'],
  413: ['Request Entity Too Large', 'The body of your request was too large for this server.'],
  416: ['Requested Range Not Satisfiable', 'The Range requested is not available.'],
  422: ['Unprocessable Entity', 'Unable to process the contained instructions'],
  500: ['Internal Error', 'The server has either erred or is incapable of performing the requested operation.'],
};

/** Content type of pages, and of answers that say nothing. */
export const pageType = 'text/html; charset=UTF-8';

/** The page of a status. */
export function page(status: number): string {
  const [title, text] = reasons[status] ?? ['Error', ''];
  return `<html><h1>${title}</h1><p>${text}</p></html>`;
}

/** `404 Not Found`: how reports name a status. */
export const statusLine = (status: number): string => `${status} ${reasons[status]?.[0] ?? 'Error'}`;

/** One of Swift's refusals, as its page or in words of its own. */
export const swiftError = (status: number, text?: string, headers: Readonly<Record<string, string>> = {}): ApiError =>
  new ApiError(status, Buffer.from(text ?? page(status)), text ?? reasons[status]?.[1] ?? '', {
    'content-type': pageType,
    ...headers,
  });

/** A refusal in plain words, as those of swift:swift/common/constraints.py are. */
export const plainError = (status: number, text: string): ApiError =>
  swiftError(status, text, { 'content-type': 'text/plain' });

/** 202, which comes with a page. */
export const acceptedPage = (): Answer => reply(202, page(202), { 'content-type': pageType });

export const swiftDialect: Dialect = {
  error: (status, message) => swiftError(status, message),
  invalid: (path, _value, reason) => plainError(400, `${path} ${reason}`),
  unknownPath: ({ allowed }) => swiftError(allowed.length > 0 ? 405 : 404),
  emptyType: pageType,
};
