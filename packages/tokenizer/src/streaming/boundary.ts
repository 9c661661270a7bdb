import { componentOf, componentsIn } from '../formats/json/components.js';
import type { TokenizerParts } from '../parts.js';
import { olderEquivalent } from '../text/unicode-version.js';
import type { Boundary } from './space-rule.js';

/**
 * The boundaries at which a tokenizer certainly splits a text, whatever follows; undefined if its parts do not reveal
 * that.
 */
export function boundaryOf(parts: TokenizerParts): Boundary | undefined {
  if (!boundaries.has(parts)) boundaries.set(parts, findBoundary(parts));
  return boundaries.get(parts);
}

const boundaries = /*#__PURE__*/ new WeakMap<TokenizerParts, Boundary | undefined>();

function findBoundary({ file, components, boundary, addedTokens, model }: TokenizerParts): Boundary | undefined {
  const crosses = addedTokens.some(
    ({ content, singleWord }) => /\p{L} (?:\p{L}|$)|\n/u.test(content) || (singleWord && content.startsWith(' ')),
  );
  if (crosses || model.dropout) return undefined;
  if (typeof file !== 'object' || !components) return boundary;
  const normalizers = componentsIn('normalizer', components.normalizers, file.normalizer);
  const preTokenizers = componentsIn('pre_tokenizer', components.preTokenizers, file.pre_tokenizer);
  const splits = new Set<Boundary | undefined>();
  let space = ' '; // what a space between two letters has become so far
  for (const [{ spaceRule }, fields] of [...normalizers, ...preTokenizers]) {
    const effect = spaceRule?.(fields, space);
    if (!effect) return undefined;
    space = effect.space;
    splits.add(effect.splits);
  }
  const mayMoveLines = normalizers.length > 0 || addedTokens.some(({ lstrip }) => lstrip);
  if (splits.has('words') || (splits.has('lines') && mayMoveLines)) return 'words';
  if (splits.has('lines')) return 'lines';
  const [{ staysInWords }, fields] = componentOf('model', components.models, file.model, 'model');
  return staysInWords?.(model, fields, space) ? 'words' : undefined;
}

/** The last boundary of `text` after index `after` that is followed by some text; -1 if there is none. */
export function lastBoundary(text: string, after: number, boundary: Boundary): number {
  for (let at = text.length - 2; at > after && at > 0; at--) {
    const unit = text.charCodeAt(at);
    if (unit === 0x20 && isLetter(text[at - 1]!) && isLetter(text[at + 1]!)) return at;
    if (boundary === 'lines' && unit === 0x0a && /\S/.test(text[at - 1]!) && isLetter(text[at + 1]!)) {
      return at + 1;
    }
  }
  return -1;
}

const isLetter = (unit: string) => /\p{L}/u.test(olderEquivalent(unit));
