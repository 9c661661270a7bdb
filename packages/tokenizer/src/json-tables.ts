import { Vocabulary } from './vocabulary.js';

/** The merges of a model in the order of their ranks: left, right, left, right and so on. */
export class MergeList {
  constructor(readonly tokens: readonly string[]) {}
}

/**
 * What `JSON.parse` makes of a `tokenizer.json`, but `model.vocab` as a `Vocabulary` and `model.merges` as a `MergeList`. These two are most of the file:
 * patterns, which engines compile at their first use, read them in a fifth of the time. Where anything about them is unusual the whole is parsed.
 */
export function parseTokenizerJson(text: string): unknown {
  try {
    return withTables(text) ?? JSON.parse(text);
  } catch {
    return JSON.parse(text);
  }
}

/** A table as it was read, and where its text ends. */
interface Table {
  readonly value: object;
  readonly end: number;
}

const tables: { readonly [name: string]: ((text: string, at: number) => Table | undefined) | undefined } = {
  vocab: readVocabulary,
  merges: readMergeList,
};
/** A name or another string, or a bracket. */
const structure = () => /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|[{}[\]]/gs;
/** What stands for a table while the rest is parsed. */
const placeholder = 0;

function withTables(text: string): unknown {
  const found: { [name: string]: object } = {};
  const marks = structure();
  let rest = '';
  let from = 0;
  let depth = 0;
  let holder: string | undefined;
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    const [whole, name, colon] = mark;
    if (whole === '{' || whole === '[') depth++;
    else if (whole === '}' || whole === ']') depth--;
    else if (colon && depth === 1) holder = name;
    else if (colon && depth === 2 && holder === 'model' && Object.hasOwn(tables, name!)) {
      const table = tables[name!]!(text, marks.lastIndex);
      if (!table || found[name!]) return undefined;
      rest += `${text.slice(from, marks.lastIndex)}${placeholder}`;
      found[name!] = table.value;
      marks.lastIndex = from = table.end;
    }
  }
  const json = JSON.parse(rest + text.slice(from)) as { readonly model?: { [name: string]: unknown } };
  for (const [name, table] of Object.entries(found)) {
    if (json.model?.[name] !== placeholder) return undefined;
    json.model[name] = table;
  }
  return json;
}

/** The inside of a string; what holds no backslash is passed over in one go. */
const inside = '([^"\\\\\\0-\\x1f]*(?:\\\\.[^"\\\\\\0-\\x1f]*)*)';
/** The same without blanks, written as they are or not. */
const word = '([^"\\\\\\0-\\x20]*(?:\\\\(?!u0020).[^"\\\\\\0-\\x20]*)*)';
/** A pattern of what stands right there, in which a space stands for any blanks. */
const pattern = (source: string) => new RegExp(source.replaceAll(' ', '[ \\t\\n\\r]*'), 'y');

function readVocabulary(text: string, at: number): Table | undefined {
  const entry = pattern(` "${inside}" : (0|[1-9]\\d{0,7}) ([,}])`);
  const vocabulary = new Vocabulary();
  return readAll(text, at, '{', entry, vocabulary, found => {
    vocabulary.add(ownText(found[1]!), Number(found[2]), 'model.vocab');
    return found[3] === '}';
  });
}

/** Merges are written as `"left right"` or as `["left", "right"]`. */
function readMergeList(text: string, at: number): Table | undefined {
  const entry = pattern(` (?:"${word}\\x20${word}"|\\[ "${inside}" , "${inside}" \\]) ([,\\]])`);
  const tokens: string[] = [];
  return readAll(text, at, '[', entry, new MergeList(tokens), found => {
    tokens.push(unescaped(found[1] ?? found[3]!), unescaped(found[2] ?? found[4]!));
    return found[5] === ']';
  });
}

/** Reads entries into a table until one is the last; nothing where something else stands. */
function readAll(
  text: string,
  at: number,
  bracket: '{' | '[',
  entry: RegExp,
  value: object,
  readsLast: (found: RegExpExecArray) => boolean,
): Table | undefined {
  const open = pattern(` \\${bracket}`);
  open.lastIndex = at;
  if (!open.test(text)) return undefined;
  entry.lastIndex = open.lastIndex;
  for (let found = entry.exec(text); found; found = entry.exec(text)) {
    if (readsLast(found)) return { value, end: entry.lastIndex };
  }
  return undefined;
}

const parsed = (inside: string): string => JSON.parse(`"${inside}"`);
const unescaped = (inside: string) => (inside.includes('\\') ? parsed(inside) : inside);

/** Longer parts of a text may share its memory, and would keep the whole text. */
const shared = 10;
const ownText = (inside: string) => (inside.length > shared ? parsed(inside) : unescaped(inside));
