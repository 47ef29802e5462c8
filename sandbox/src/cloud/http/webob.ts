import { ApiError, type Answer, type Asked } from './service.ts';

const malformed = 'The server could not comply with the request since it is either malformed or otherwise incorrect.';
const explanations: Readonly<Record<number, readonly [title: string, explanation: string]>> = {
  400: ['Bad Request', malformed],
  401: [
    'Unauthorized',
    'This server could not verify that you are authorized to access the document you requested. Either you supplied the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials required.',
  ],
  403: ['Forbidden', 'Access was denied to this resource.'],
  404: ['Not Found', 'The resource could not be found.'],
  406: ['Not Acceptable', 'The resource could not be generated that was acceptable to your browser.'],
  409: ['Conflict', 'There was a conflict when trying to complete your request.'],
  410: ['Gone', 'This resource is no longer available. No forwarding address is given.'],
  412: ['Precondition Failed', 'Request precondition failed.'],
  413: ['Request Entity Too Large', 'The body of your request was too large for this server.'],
  415: ['Unsupported Media Type', ''],
  416: ['Request Range Not Satisfiable', 'The Range requested is not available.'],
  500: ['Internal Server Error', 'The server has either erred or is incapable of performing the requested operation.'],
  503: ['Service Unavailable', 'The server is currently unavailable. Please try again at a later time.'],
};

/** The title of a status as OpenStack's services write it. */
export const statusTitle = (status: number): string =>
  status === 405 ? 'Method Not Allowed' : (explanations[status]?.[0] ?? 'Error');

/** What an error says besides its status. */
interface Words {
  /** In place of the explanation of the status; for 415 the content type. */
  readonly text?: string | undefined;
  /** Behind the explanation. */
  readonly detail?: string;
}

/** The error WebOb makes (Pylons/webob:src/webob/exc.py), by what the client accepts: JSON or HTML. */
class WebobError extends ApiError {
  readonly #words: Words;

  constructor(status: number, words: Words, headers: Readonly<Record<string, string>>) {
    super(status, undefined, words.detail ?? words.text ?? statusTitle(status), headers);
    this.#words = words;
  }

  override answer = ({ method, headers }: Asked): Answer => {
    const code = `${this.status} ${statusTitle(this.status)}`;
    const text = this.#text(method);
    if ((headers.accept ?? '').includes('json')) {
      const body = { message: text, code, title: statusTitle(this.status) };
      return { status: this.status, body, headers: this.headers };
    }
    const page = `<html>\n <head>\n  <title>${code}</title>\n </head>\n <body>\n  <h1>${code}</h1>\n  ${text}\n </body>\n</html>`;
    const all = { ...this.headers, 'content-type': 'text/html; charset=UTF-8' };
    return { status: this.status, body: page, headers: all };
  };

  #text(method: string): string {
    const { text, detail = '' } = this.#words;
    if (this.status === 405) return `The method ${method} is not allowed for this resource. <br /><br />\n`;
    if (this.status === 415) {
      return `The request media type ${text ?? ''} is not supported by this server.\n<br /><br />\n`;
    }
    return `${text ?? explanations[this.status]?.[1] ?? ''}<br /><br />\n${detail}\n\n`;
  }
}

/** WebOb's error; a text of its own replaces the explanation of the status, and is the content type of a 415. */
export const webobError = (status: number, text?: string, headers: Readonly<Record<string, string>> = {}): ApiError =>
  new WebobError(status, { text }, headers);

/** WebOb's error with a detail behind the explanation of its status. */
export const webobDetail = (status: number, detail: string): ApiError => new WebobError(status, { detail }, {});
