const maximumCharacters = 64 * 1024;

/** What a machine wrote to its console: the last 64 KiB. */
export class ConsoleLog {
  #text = '';

  get text(): string {
    return this.#text;
  }

  /** Adds one line. */
  line(text: string): void {
    this.#text += `${text}\n`;
    if (this.#text.length > maximumCharacters) this.#text = this.#text.slice(-maximumCharacters);
  }
}
