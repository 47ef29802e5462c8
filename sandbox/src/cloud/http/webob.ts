import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './service.ts';

const explanations: Readonly<Record<number, readonly [title: string, explanation: string]>> = {
  400: [
    'Bad Request',
    'The server could not comply with the request since it is either malformed or otherwise incorrect.',
  ],
  401: ['Unauthorized', 'This server could not verify that you are authorized to access the document you requested.'],
  403: ['Forbidden', 'Access was denied to this resource.'],
  404: ['Not Found', 'The resource could not be found.'],
  405: ['Method Not Allowed', 'The method is not allowed for this resource.'],
  406: ['Not Acceptable', 'The resource could not be generated that was acceptable to your browser.'],
  409: ['Conflict', 'There was a conflict when trying to complete your request.'],
  410: ['Gone', 'This resource is no longer available. No forwarding address is given.'],
  412: ['Precondition Failed', 'Request precondition failed.'],
  413: ['Request Entity Too Large', 'The body of your request was too large for this server.'],
  415: ['Unsupported Media Type', 'The request media type is not supported by this server.'],
  500: ['Internal Server Error', 'The server has either erred or is incapable of performing the requested operation.'],
};

/** The title of a status as OpenStack's services write it. */
export const statusTitle = (status: number): string => explanations[status]?.[0] ?? 'Error';

/** The error WebOb makes (Pylons/webob:src/webob/exc.py), by what the client accepts: JSON or HTML. */
export function webobError(status: number, headers: IncomingHttpHeaders, detail = ''): ApiError {
  const [title, explanation] = explanations[status] ?? ['Error', ''];
  const text = `${explanation}<br /><br />\n${detail}\n\n`;
  if ((headers.accept ?? '').includes('json')) {
    return new ApiError(status, { message: text, code: `${status} ${title}`, title }, explanation);
  }
  return htmlError(status, `${explanation}<br /><br />\n${detail}\n\n`);
}

/** WebOb's HTML page; Glance always answers so. */
export function htmlError(status: number, text: string): ApiError {
  const title = `${status} ${statusTitle(status)}`;
  const page = `<html>\n <head>\n  <title>${title}</title>\n </head>\n <body>\n  <h1>${title}</h1>\n  ${text}\n </body>\n</html>`;
  return new ApiError(status, page, text, { 'content-type': 'text/html; charset=UTF-8' });
}
