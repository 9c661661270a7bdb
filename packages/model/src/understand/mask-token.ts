import { ResidualError } from '@residual/tensor';
import type { LoadedModel } from '../loaded-model.js';

/** Files that may name the mask token. */
const files = ['tokenizer_config.json', 'special_tokens_map.json'];

/**
 * The id of the token that marks what is to be filled in: the `mask_token` that the files of the tokenizer name, or
 * `mask_token_id` of the config, or else `[MASK]` or `<mask>`. Throws if there is none.
 */
export function maskTokenIdOf(caller: string, { parts, tokenizer }: LoadedModel): number {
  const named = files.map(name => contentOf(JSON.parse(parts.texts[name] ?? '{}').mask_token));
  const [name] = named.filter(content => content !== undefined);
  const byName = name === undefined ? undefined : tokenizer?.tokenToId(name);
  const { mask_token_id: byConfig } = parts.config;
  const usual = ['[MASK]', '<mask>'].map(token => tokenizer?.tokenToId(token)).find(id => id !== undefined);
  const id = byName ?? (typeof byConfig === 'number' ? byConfig : usual);
  if (id !== undefined) return id;
  throw new ResidualError('prompt', `${caller}: the tokenizer of this model has no mask token`);
}

/** The content of a token that a file gives as a text or as an object. */
function contentOf(token: unknown): string | undefined {
  if (typeof token === 'string') return token;
  const content = (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : undefined;
}
