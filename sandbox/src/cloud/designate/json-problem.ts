/** Python's words for what is wrong with a JSON text, with the place (cpython:Lib/json/decoder.py and scanner.py). */
export function jsonProblem(text: string): string {
  const found = new Scanner(text).problem();
  const before = text.slice(0, found.at).split('\n');
  const column = (before.at(-1) ?? '').length + 1;
  return `${found.words}: line ${before.length} column ${column} (char ${found.at})`;
}

interface Problem {
  readonly words: string;
  readonly at: number;
}

class JsonProblem extends Error {
  readonly at: number;
  constructor(words: string, at: number) {
    super(words);
    this.at = at;
  }
}

/** Goes through a text that is no JSON until it knows why. */
class Scanner {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  problem(): Problem {
    try {
      const end = this.#skip(this.#value(this.#skip(0)));
      return { words: 'Extra data', at: end };
    } catch (error) {
      if (!(error instanceof JsonProblem)) throw error;
      return { words: error.message, at: error.at };
    }
  }

  #skip(at: number): number {
    let end = at;
    while (' \t\n\r'.includes(this.#text[end] ?? 'x')) end += 1;
    return end;
  }

  #match(pattern: RegExp, at: number): number | undefined {
    const sticky = new RegExp(pattern, 'uy');
    sticky.lastIndex = at;
    return sticky.test(this.#text) ? sticky.lastIndex : undefined;
  }

  #value(at: number): number {
    const first = this.#text[at];
    if (first === '"') return this.#string(at);
    if (first === '{') return this.#object(at);
    if (first === '[') return this.#array(at);
    const end = this.#match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity/u, at);
    if (end === undefined) throw new JsonProblem('Expecting value', at);
    return end;
  }

  #string(at: number): number {
    const stop = this.#match(/"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/u, at) ?? at;
    if (this.#text[stop] === '"') return stop + 1;
    if (stop >= this.#text.length) throw new JsonProblem('Unterminated string starting at', at);
    if (this.#text[stop] === '\\') throw new JsonProblem('Invalid \\escape', stop);
    throw new JsonProblem('Invalid control character at', stop);
  }

  #object(at: number): number {
    let here = this.#skip(at + 1);
    if (this.#text[here] === '}') return here + 1;
    for (;;) {
      if (this.#text[here] !== '"') {
        throw new JsonProblem('Expecting property name enclosed in double quotes', here);
      }
      here = this.#skip(this.#string(here));
      if (this.#text[here] !== ':') throw new JsonProblem("Expecting ':' delimiter", here);
      here = this.#skip(this.#value(this.#skip(here + 1)));
      if (this.#text[here] === '}') return here + 1;
      if (this.#text[here] !== ',') throw new JsonProblem("Expecting ',' delimiter", here);
      here = this.#skip(here + 1);
    }
  }

  #array(at: number): number {
    let here = this.#skip(at + 1);
    if (this.#text[here] === ']') return here + 1;
    for (;;) {
      here = this.#skip(this.#value(here));
      if (this.#text[here] === ']') return here + 1;
      if (this.#text[here] !== ',') throw new JsonProblem("Expecting ',' delimiter", here);
      here = this.#skip(here + 1);
    }
  }
}
