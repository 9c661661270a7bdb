import { Vocabulary } from '../../models/vocabulary.js';
import { ownCopy } from '../../text/unicode.js';

/** The merges of a model in the order of their ranks, as ids of tokens: left, right, left, right and so on. */
export class MergeList {
  constructor(readonly ids: readonly number[]) {}
}

/**
 * Parses a `tokenizer.json` like `JSON.parse`, but returns `model.vocab` as a `Vocabulary` and `model.merges` as a
 * `MergeList`. These two tables make up most of the file, and regular expressions read them faster than a JSON parser.
 * If anything about them is unusual, the whole file is parsed.
 */
export function parseTokenizerJson(text: string): unknown {
  try {
    return parseWithTables(text) ?? JSON.parse(text);
  } catch {
    return JSON.parse(text);
  }
}

/** A table and the index at which its text ends. */
interface Table {
  readonly value: Vocabulary | MergeList;
  readonly end: number;
}

/** A name or another string, a bracket, or the start of an unterminated string. */
const structureTokens = () => /"([^"\\]*(?:\\.[^"\\]*)*)"(\s*:)?|["{}[\]]/gs;
/** Replaces a table in the text while the rest is parsed. */
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

/** The body of a JSON string. A part without backslashes is matched in one step. */
const stringBody = '([^"\\\\\\0-\\x1f]*(?:\\\\.[^"\\\\\\0-\\x1f]*)*)';
/** The same without spaces, escaped or not. */
const stringBodyWithoutBlanks = '([^"\\\\\\0-\\x20]*(?:\\\\(?!u0020).[^"\\\\\\0-\\x20]*)*)';
/** A sticky pattern in which a space stands for any white space of JSON. */
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

/** Merges are written as `["left", "right"]`; older files have `"left right"`. */
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

/**
 * Reads entries into a table up to its closing bracket. Undefined if anything else occurs or `accept` refuses an entry.
 */
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

/** Whether a pattern matches at an index. If so, its `lastIndex` is the end of the match. */
function matchesAt(text: string, at: number, pattern: RegExp): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

/** The index of the next backslash, or the length of the text. */
function nextBackslash(text: string, at: number): number {
  const index = text.indexOf('\\', at);
  return index < 0 ? text.length : index;
}

/** The value of the body of a JSON string. */
const parseStringBody = (inside: string): string => JSON.parse(`"${inside}"`);

/** Longer slices may share the memory of the text and would keep all of it alive. */
const maxSharedLength = 10;
