import { isRecord, type RawCall } from './answer-part.js';

/**
 * The calls in JSON: one record or several, one after the other with `;` or commas between, or in a list. A record has
 * the `name` of a tool and its `arguments` (or `parameters`), as a record or as the text of one. Throws with the reason
 * if it is none.
 */
export function jsonCalls(text: string): RawCall[] {
  return jsonValues(text)
    .flatMap(value => (Array.isArray(value) ? (value as unknown[]) : [value]))
    .map(jsonCall);
}

function jsonCall(value: unknown): RawCall {
  if (!isRecord(value)) throw new Error('a call must be a record');
  const inner = isRecord(value.function) ? value.function : value;
  const name = typeof value.function === 'string' ? value.function : inner.name;
  if (typeof name !== 'string' || name === '') throw new Error('a call must have the name of a tool');
  return { name, arguments: argumentsOf(inner.arguments ?? inner.parameters ?? {}) };
}

/** The arguments of a call: a record, or the JSON of one. Throws if they are neither. */
export function argumentsOf(value: unknown): Readonly<Record<string, unknown>> {
  const parsed = typeof value === 'string' ? (value.trim() === '' ? {} : parseJson(value)) : value;
  if (isRecord(parsed)) return parsed;
  throw new Error('the arguments of a call must be a record');
}

/** Parses JSON. Throws with a short reason. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`not JSON: ${(error as Error).message}`);
  }
}

/** The values of a text that has one after the other. */
function jsonValues(text: string): unknown[] {
  const values: unknown[] = [];
  for (let from = skipBetween(text, 0); from < text.length; ) {
    const to = endOfValue(text, from);
    values.push(parseJson(text.slice(from, to)));
    from = skipBetween(text, to);
  }
  if (values.length === 0) throw new Error('there is nothing');
  return values;
}

function skipBetween(text: string, from: number): number {
  let at = from;
  while (at < text.length && /[\s;,]/.test(text[at]!)) at += 1;
  return at;
}

/** The end of the record or list that begins at `from`; the end of the text for what is neither or does not end. */
function endOfValue(text: string, from: number): number {
  if (text[from] !== '{' && text[from] !== '[') return text.length;
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

/** The index of the quote that ends a string. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
