import { ResidualError } from '@residual/base';
import type { Model } from '@residual/model';
import type { Tokenizer } from '@residual/tokenizer';

/** The text of a token, with its leading space; undefined without a tokenizer. */
export function textOfToken({ tokenizer }: Model, id: number): string | undefined {
  return tokenizer && tokenText(tokenizer.target ?? tokenizer, id);
}

/** A token for people: its text in quotation marks, or its id without a tokenizer. */
export function tokenLabel(model: Model, id: number): string {
  const text = textOfToken(model, id);
  return text === undefined || text === '' ? `#${id}` : JSON.stringify(text);
}

/** A token as the heading of a column: its text with `·` for spaces, or its id without a tokenizer. */
export function tokenHeading(model: Model, id: number): string {
  const text = textOfToken(model, id);
  return text === undefined || text === '' ? `#${id}` : text.replaceAll(' ', '·').replaceAll('\n', '↵');
}

/**
 * Some decoders drop the space before the first token, so the text of a token is what its second copy adds to its
 * first.
 */
function tokenText(tokenizer: Tokenizer, id: number): string {
  const decode = (...ids: number[]) => tokenizer.decode(ids, { skipSpecialTokens: false });
  const [one, two] = [decode(id), decode(id, id)];
  return two.startsWith(one) ? two.slice(one.length) : one;
}

/**
 * The token that an option names: an id, or a text that is one token. Errors name the option, and list the tokens of a
 * text that is several.
 */
export function tokenOption(option: string, value: string, model: Model): number {
  if (/^\d+$/.test(value)) {
    const id = Number(value);
    if (id < model.vocab) return id;
    throw new ResidualError('option', `inspect: ${option} is ${value}; the vocabulary has 0 to ${model.vocab - 1}`);
  }
  const tokenizer = model.tokenizer?.target ?? model.tokenizer;
  if (!tokenizer)
    throw new ResidualError(
      'option',
      `inspect: ${option} is ${JSON.stringify(value)}; this model has no tokenizer, so it must be a token id`,
    );
  const { ids } = tokenizer.encode(value, { addSpecialTokens: false });
  const [first, ...others] = ids;
  const single = others.length === 0 ? first : undefined;
  if (single !== undefined && tokenText(tokenizer, single) === value) return single;
  // A tokenizer that puts a space before every text may have another token for just this text.
  const exact = tokenOfText(tokenizer, value) ?? single;
  if (exact !== undefined) return exact;
  const parts = ids.map(part => `${JSON.stringify(tokenText(tokenizer, part))} ${part}`).join(', ');
  throw new ResidualError(
    'option',
    `inspect: ${option} is ${JSON.stringify(value)}, ${ids.length} tokens${parts && ` (${parts})`}; it must be one ` +
      'token or its id',
  );
}

/** The first token with a text, those of single bytes last; undefined if there is none. */
function tokenOfText(tokenizer: Tokenizer, text: string): number | undefined {
  const ids = Array.from({ length: tokenizer.vocabSize }, (_, id) => id).filter(
    id => tokenText(tokenizer, id) === text,
  );
  const isByte = (id: number) => /^<0x[0-9A-F]{2}>$/.test(tokenizer.idToToken(id) ?? '');
  return ids.find(id => !isByte(id)) ?? ids[0];
}
