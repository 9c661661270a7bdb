import { ResidualError } from '@residual/tensor';

/** A token of a text that is read aloud. */
export interface ReadToken {
  readonly id: number;
  readonly token: string;
  /** The span that it stands for in the sentence, in UTF-16 units; empty for a token that the text does not contain. */
  readonly span: readonly [start: number, end: number];
  /** The index of its word in the sentence, for words with phones, of which several can have one span. */
  readonly word?: number;
}

/** The symbols of a model that reads characters or phones, from its `vocab.json` and `tokenizer_config.json`. */
export interface Symbols {
  readonly ids: ReadonlyMap<string, number>;
  /** Whether the symbols are phones, which a text must be turned into first. */
  readonly arePhones: boolean;
  /** Whether texts are written in small letters, without what is not in the vocabulary. */
  readonly normalizes: boolean;
  /** Whether a blank, the token with id 0, is before, between and after all others. */
  readonly addsBlanks: boolean;
  readonly unknown: string;
  /** The token before the first one; undefined if there is none. */
  readonly start: string | undefined;
  /** The token after the last one; undefined if there is none. */
  readonly end: string | undefined;
}

/** The symbols of a checkpoint; undefined without a `vocab.json`. Throws if a file is damaged. */
export function symbolsOf(texts: Readonly<Record<string, string>>): Symbols | undefined {
  const { 'vocab.json': vocab, 'tokenizer_config.json': config } = texts;
  if (vocab === undefined) return undefined;
  const entries = Object.entries(objectOf('vocab.json', vocab));
  const ids = new Map(entries.filter((entry): entry is [string, number] => Number.isInteger(entry[1])));
  if (ids.size === 0 || ids.size < entries.length)
    throw new ResidualError('files', 'speak: vocab.json does not hold ids of symbols');
  const settings = config === undefined ? {} : objectOf('tokenizer_config.json', config);
  const flag = (name: string, fallback: boolean) =>
    typeof settings[name] === 'boolean' ? (settings[name] as boolean) : fallback;
  const begin = flag('add_bos_token', false) ? settings.bos_token : undefined;
  const end = ids.has('<sos/eos>') ? '<sos/eos>' : undefined; // of models that read phones
  return {
    ids,
    start: typeof begin === 'string' && ids.has(begin) ? begin : undefined,
    end,
    arePhones: end !== undefined || flag('phonemize', true),
    normalizes: flag('normalize', true),
    addsBlanks: end === undefined && flag('add_blank', true),
    unknown: typeof settings.unk_token === 'string' ? settings.unk_token : '<unk>',
  };
}

function objectOf(name: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw new ResidualError('files', `speak: ${name} is not a JSON object`);
}

/** The tokens of a sentence, character by character, as the tokenizer of VITS reads it. */
export function characterTokens(sentence: string, symbols: Symbols): ReadToken[] {
  const { ids, normalizes } = symbols;
  const tokens: ReadToken[] = [];
  let at = 0;
  for (const character of sentence) {
    const span = [at, at + character.length] as const;
    at = span[1];
    const token = normalizes && !ids.has(character) ? character.toLowerCase() : character;
    for (const part of token)
      if (!normalizes || ids.has(part)) tokens.push({ id: idOf(part, symbols), token: part, span });
  }
  const isSpace = ({ token }: ReadToken) => token.trim() === '';
  while (normalizes && tokens[0] && isSpace(tokens[0])) tokens.shift();
  while (normalizes && tokens.length > 0 && isSpace(tokens.at(-1)!)) tokens.pop();
  return withBlanks(tokens, symbols);
}

/** The tokens of symbols with spaces between them, such as `HH AH0 L OW1`. */
export function symbolTokens(sentence: string, symbols: Symbols): ReadToken[] {
  const tokens = [...sentence.matchAll(/\S+/gu)].map(({ 0: token, index }): ReadToken => {
    if (!symbols.ids.has(token))
      throw new ResidualError('prompt', `speak: ${JSON.stringify(token.slice(0, 40))} is no symbol of this model`);
    return { id: idOf(token, symbols), token, span: [index, index + token.length] };
  });
  return withBlanks(tokens, symbols);
}

/** Tokens with the blanks between them, the start before and the end after them; none if there are none. */
export function withBlanks(tokens: readonly ReadToken[], symbols: Symbols): ReadToken[] {
  if (tokens.length === 0) return [];
  const { start, end, addsBlanks, ids } = symbols;
  const added = (token: string | undefined): ReadToken[] =>
    token === undefined ? [] : [{ id: ids.get(token)!, token, span: [0, 0] }];
  const all = [...added(start), ...tokens, ...added(end)];
  if (!addsBlanks) return all;
  const blank: ReadToken = { id: 0, token: [...ids].find(([, id]) => id === 0)?.[0] ?? '', span: [0, 0] };
  return [blank, ...all.flatMap(token => [token, blank])];
}

function idOf(token: string, { ids, unknown }: Symbols): number {
  const id = ids.get(token) ?? ids.get(unknown);
  if (id !== undefined) return id;
  throw new ResidualError(
    'prompt',
    `speak: ${JSON.stringify(token)} is no symbol of this model, which has no unknown one`,
  );
}
