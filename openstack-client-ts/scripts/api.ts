import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const INDEX = fileURLToPath(new URL('../src/index.ts', import.meta.url));

const TITLE = `# API

Every method of a client, generated from the source by \`npm run api\`. \`cloud\` is an \`OpenStackClient\`. A \`Listing<T>\` is
awaited for all items or iterated for one page at a time. Fields and filters have the names OpenStack gives them; their types
are exported under the names used here. Links lead to the API reference.
`;

const doc = (symbol: ts.Symbol, checker: ts.TypeChecker): string =>
  ts
    .displayPartsToString(symbol.getDocumentationComment(checker))
    .replace(/\s+/g, ' ')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/(?<!\()https?:\/\/\S+/g, (url) => `[reference](${url})`)
    .trim();

const isVisible = (symbol: ts.Symbol): boolean => {
  const [declaration] = symbol.declarations ?? [];
  if (!declaration || /^(__|#)/.test(symbol.name)) return false;
  const flags = ts.getCombinedModifierFlags(declaration);
  return (flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) === 0;
};

const FORMAT: ts.TypeFormatFlags =
  ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

const SPELLED_OUT: ts.TypeFormatFlags = FORMAT | ts.TypeFormatFlags.InTypeAlias;

const tidy = (text: string): string =>
  text
    .replaceAll(/(import\("[^"]*"\)|\b(schema|input))\./g, '')
    .replace(/ \| undefined(?=[,;)])/g, '')
    .replaceAll('readonly ', '');

/** The exported names of the types that the compiler spells out, longest text first. */
const namesOf = (exports: readonly ts.Symbol[], checker: ts.TypeChecker): [text: string, name: string][] =>
  exports
    .filter((symbol) => (symbol.flags & ts.SymbolFlags.TypeAlias) !== 0)
    .map((symbol): [string, string] => [
      tidy(checker.typeToString(checker.getDeclaredTypeOfSymbol(symbol), undefined, SPELLED_OUT)),
      symbol.name,
    ])
    .filter(([text]) => text.startsWith('{ [x: string]: unknown;'))
    .sort(([a], [b]) => b.length - a.length);

/** A class of this library: what is walked into. */
const ownClass = (type: ts.Type): boolean =>
  (type.getSymbol()?.declarations ?? []).some(
    (declaration) =>
      ts.isClassDeclaration(declaration) && declaration.getSourceFile().fileName.includes('/openstack-client-ts/src/'),
  );

interface Context {
  checker: ts.TypeChecker;
  names: [text: string, name: string][];
  at: ts.Node;
}

interface Entry {
  name: string;
  symbol: ts.Symbol;
  type: ts.Type;
}

const membersOf = (type: ts.Type, { at, checker }: Context): Entry[] =>
  checker
    .getPropertiesOfType(type)
    .filter(isVisible)
    .map((symbol) => ({ name: symbol.name, symbol, type: checker.getTypeOfSymbolAtLocation(symbol, at) }));

const methodLines = (entry: Entry, context: Context): string[] =>
  entry.type.getCallSignatures().map((signature) => {
    const { checker, names } = context;
    const words = doc(entry.symbol, checker);
    const spelled = tidy(checker.signatureToString(signature, undefined, FORMAT));
    const text = names.reduce((shorter, [long, name]) => shorter.replaceAll(long, name), spelled);
    return `- \`${entry.name}${text}\`${words === '' ? '' : ` — ${words}`}`;
  });

const section = (title: string, type: ts.Type, context: Context, level: number): string[] => {
  const members = membersOf(type, context);
  const typeSymbol = type.getSymbol();
  const words = typeSymbol ? doc(typeSymbol, context.checker) : '';
  const methods = members.flatMap((member) => methodLines(member, context));
  const head = [`${'#'.repeat(level)} ${title}`, ...(words === '' ? [] : [words])];
  const own = methods.length === 0 ? [] : [methods.join('\n')];
  const below = members.flatMap((member) => {
    const { type: memberType, name } = member;
    if (name === 'service') return [];
    const made = memberType.getCallSignatures()[0]?.getReturnType();
    if (made && ownClass(made) && made.getSymbol()?.name !== 'Listing' && made.getSymbol()?.name !== 'ServiceClient') {
      return section(`${title}.${name}(id)`, made, context, level + 1);
    }
    return ownClass(memberType) ? section(`${title}.${name}`, memberType, context, level + 1) : [];
  });
  return [...head, ...own, ...below];
};

/** The text of api.md. */
export const apiText = (): string => {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: ['node'],
  };
  const program = ts.createProgram([INDEX], options);
  const checker = program.getTypeChecker();
  const at = program.getSourceFile(INDEX);
  const symbol = at && checker.getSymbolAtLocation(at);
  const exports = symbol ? checker.getExportsOfModule(symbol).map((one) => resolved(one, checker)) : [];
  const client = exports.find(({ name }) => name === 'OpenStackClient');
  if (!at || !client) throw new Error(`${INDEX} does not export OpenStackClient`);
  const context = { checker, at, names: namesOf(exports, checker) };
  const parts = section('cloud', checker.getDeclaredTypeOfSymbol(client), context, 2);
  return `${[TITLE.trim(), ...parts].join('\n\n')}\n`;
};

/** What a re-export stands for. */
const resolved = (symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol =>
  (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
