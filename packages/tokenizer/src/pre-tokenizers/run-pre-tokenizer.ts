import { toByteAlphabet } from '../text/byte-alphabet.js';
import { encodeUtf8, utf8Width } from '../text/byte-text.js';
import { checkGrowth, maxGrownLength } from '../text/growth-limit.js';
import { NormalizedString } from '../text/normalized-string.js';
import type { PreTokenizer, Scan, Splitter } from './pre-tokenizer.js';

/** The pre-tokens of a text: the spans (pairs) of `text`, to be read as bytes or as characters. */
export interface PreTokens {
  readonly text: NormalizedString;
  readonly spans: readonly number[];
  readonly asBytes: boolean;
}

/**
 * Runs the stages one after another on a text. If the last one asks for bytes and the model accepts them, the
 * pre-tokens stay unchanged and the model reads them as bytes. In all other cases they are written in the byte
 * alphabet.
 */
export function runPreTokenizer(stages: PreTokenizer, text: NormalizedString, acceptsBytes: boolean): PreTokens {
  let preTokens: PreTokens = { text, spans: [0, text.text.length], asBytes: false };
  const maxLength = maxGrownLength(text.text.length);
  for (const [index, stage] of stages.entries()) {
    if (stage.rewrite) preTokens = rewriteAll(preTokens, stage.rewrite);
    const split = stage.split ?? (stage.scan && splitByScan(stage.scan));
    if (split) preTokens = { ...preTokens, spans: splitAll(preTokens, split) };
    if (stage.asBytes) {
      const isLeft = acceptsBytes && index === stages.length - 1;
      preTokens = isLeft ? { ...preTokens, asBytes: true } : rewriteAll(preTokens, writeBytes);
    }
    checkGrowth(preTokens.text.text.length, maxLength, 'pre-tokenizers');
  }
  return preTokens;
}

const writeBytes = (preToken: NormalizedString) => preToken.mapCharacters(toByteAlphabet);

/** Splits as a scan of bytes does. */
export const splitByScan =
  (scan: Scan): Splitter =>
  (text, start, end, spans) => {
    const bytes = encodeUtf8(text.slice(start, end));
    let unit = start;
    for (let at = 0; at < bytes.length; ) {
      const to = scan(bytes, at, bytes.length);
      const from = unit;
      for (; at < to; at += utf8Width(bytes[at]!)) unit += bytes[at]! < 0xf0 ? 1 : 2;
      spans.push(from, unit);
    }
  };

function splitAll({ text, spans }: PreTokens, split: Splitter): number[] {
  const smaller: number[] = [];
  for (let index = 0; index < spans.length; index += 2) split(text.text, spans[index]!, spans[index + 1]!, smaller);
  return smaller;
}

function rewriteAll(
  { text, spans: before, asBytes }: PreTokens,
  rewrite: (preToken: NormalizedString) => void,
): PreTokens {
  const parts: NormalizedString[] = [];
  const spans: number[] = [];
  let at = 0;
  for (let index = 0; index < before.length; index += 2) {
    const part = text.slice(before[index]!, before[index + 1]!);
    rewrite(part);
    if (part.text === '') continue;
    parts.push(part);
    spans.push(at, (at += part.text.length));
  }
  return { text: parts.length === 1 ? parts[0]! : NormalizedString.join(parts, text), spans, asBytes };
}
