/** A value of a configuration file; a list is written with commas. */
type IniValue = string | number | boolean | readonly string[];

/** Sections of a configuration file of oslo.config, paste.deploy or uWSGI. */
export type Ini = Readonly<Record<string, Readonly<Record<string, IniValue>>>>;

/** The text of a configuration file. */
export function renderIni(ini: Ini): string {
  return Object.entries(ini)
    .map(([section, values]) => {
      const lines = Object.entries(values).map(([name, value]) => `${name} = ${renderValue(value)}\n`);
      return `[${section}]\n${lines.join('')}`;
    })
    .join('\n');
}

function renderValue(value: IniValue): string {
  const text = typeof value === 'object' ? value.join(',') : String(value);
  if (/[\r\n]/.test(text)) throw new Error(`a configuration value must be one line: ${JSON.stringify(text)}`);
  return text;
}
