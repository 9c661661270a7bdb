import { Vocabulary } from '../../models/vocabulary.js';
import { ownCopy } from '../../text/unicode.js';

/** The merges of a model in the order of their ranks, by the ids of their tokens: left, right, left, right and so on. */
export class MergeList {
  constructor(readonly ids: readonly number[]) {}
}

/**
 * What `JSON.parse` makes of a `tokenizer.json`, but `model.vocab` as a `Vocabulary` and `model.merges` as a `MergeList`. These two are most of the file:
 * patterns, which engines compile at their first use, read them faster than they are parsed. Where anything about them is unusual the whole is parsed.
 */
export function parseTokenizerJson(text: string): unknown {
  try {
    return parseWithTables(text) ?? JSON.parse(text);
  } catch {
    return JSON.parse(text);
  }
}

/** A table as it was read, and where its text ends. */
interface Table {
  readonly value: Vocabulary | MergeList;
  readonly end: number;
}

/** A name or another string, a bracket, or the beginning of a string without an end. */
const structureTokens = () => /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|["{}[\]]/gs;
/** What stands for a table while the rest is parsed. */
const tablePlaceholder = 0;

function parseWithTables(text: string): unknown {
  const tables: { vocab?: Vocabulary; merges?: MergeList } = {};
  const marks = structureTokens();
  let rest = '';
  let from = 0;
  let depth = 0;
  let parentName: string | undefined;
  for (let mark = marks.exec(text); mark; mark = marks.exec(text)) {
    const [whole, name, colon] = mark;
    if (whole === '{' || whole === '[') depth++;
    else if (whole === '}' || whole === ']') depth--;
    else if (whole === '"') return undefined;
    else if (colon && depth === 1) parentName = name;
    else if (colon && depth === 2 && parentName === 'model' && (name === 'vocab' || name === 'merges')) {
      const at = marks.lastIndex;
      const table = name === 'vocab' ? readVocabulary(text, at) : readMergeList(text, at, tables.vocab);
      if (!table || tables[name]) return undefined;
      rest += `${text.slice(from, at)}${tablePlaceholder}`;
      Object.assign(tables, { [name]: table.value });
      marks.lastIndex = from = table.end;
    }
  }
  const json = JSON.parse(rest + text.slice(from)) as { readonly model?: { [name: string]: unknown } };
  for (const [name, table] of Object.entries(tables)) {
    if (json.model?.[name] !== tablePlaceholder) return undefined;
    json.model[name] = table;
  }
  return json;
}

/** The inside of a string; what holds no backslash is passed over in one go. */
const stringBody = '([^"\\\\\\0-\\x1f]*(?:\\\\.[^"\\\\\\0-\\x1f]*)*)';
/** The same without blanks, written as they are or not. */
const stringBodyWithoutBlanks = '([^"\\\\\\0-\\x20]*(?:\\\\(?!u0020).[^"\\\\\\0-\\x20]*)*)';
/** A pattern of what stands right there, in which a space stands for any blanks. */
const stickyPattern = (source: string) => new RegExp(source.replaceAll(' ', '[ \\t\\n\\r]*'), 'y');

function readVocabulary(text: string, at: number): Table | undefined {
  const entry = stickyPattern(` "${stringBody}" : (0|[1-9]\\d{0,7}) [,}]`);
  const vocabulary = new Vocabulary();
  return readTable(text, at, '{}', entry, vocabulary, (match, isEscaped) => {
    const token = match[1]!;
    const own = isEscaped ? parseStringBody(token) : token.length > maxSharedLength ? ownCopy(token) : token;
    vocabulary.add(own, Number(match[2]), 'model.vocab');
    return true;
  });
}

/** Merges are written as `["left", "right"]`, in older files as `"left right"`. */
function readMergeList(text: string, at: number, vocabulary: Vocabulary | undefined): Table | undefined {
  if (!vocabulary) return undefined;
  const arePairs = matchesAt(text, at, stickyPattern(' \\[ \\['));
  const entry = stickyPattern(
    arePairs
      ? ` \\[ "${stringBody}" , "${stringBody}" \\] [,\\]]`
      : ` "${stringBodyWithoutBlanks}\\x20${stringBodyWithoutBlanks}" [,\\]]`,
  );
  const ids: number[] = [];
  return readTable(text, at, '[]', entry, new MergeList(ids), (match, isEscaped) => {
    const left = vocabulary.id(isEscaped ? parseStringBody(match[1]!) : match[1]!);
    const right = vocabulary.id(isEscaped ? parseStringBody(match[2]!) : match[2]!);
    if (left === undefined || right === undefined) return false;
    ids.push(left, right);
    return true;
  });
}

/** Reads entries into a table until its closing bracket; nothing where something else stands or an entry cannot be taken. */
function readTable(
  text: string,
  at: number,
  brackets: '{}' | '[]',
  entry: RegExp,
  value: Vocabulary | MergeList,
  accept: (match: RegExpExecArray, isEscaped: boolean) => boolean,
): Table | undefined {
  const open = stickyPattern(` \\${brackets[0]}`);
  if (!matchesAt(text, at, open)) return undefined;
  entry.lastIndex = open.lastIndex;
  let backslash = nextBackslash(text, open.lastIndex);
  for (let match = entry.exec(text); match; match = entry.exec(text)) {
    const end = entry.lastIndex;
    if (!accept(match, backslash < end)) return undefined;
    if (text[end - 1] === brackets[1]) return { value, end };
    if (backslash < end) backslash = nextBackslash(text, end);
  }
  return undefined;
}

/** Whether what a pattern says stands at a place; its `lastIndex` is behind it then. */
function matchesAt(text: string, at: number, pattern: RegExp): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

/** Where the next backslash stands. */
function nextBackslash(text: string, at: number): number {
  const index = text.indexOf('\\', at);
  return index < 0 ? text.length : index;
}

/** What the inside of a JSON string says. */
const parseStringBody = (inside: string): string => JSON.parse(`"${inside}"`);

/** Longer parts of a text may share its memory, and would keep the whole text. */
const maxSharedLength = 10;
