import { AlignedText } from '../aligned-text.js';
import { inByteAlphabet } from '../byte-alphabet.js';
import { utf8, widthOf } from '../byte-text.js';
import { checkGrown, mostGrown } from '../growth.js';
import type { Cut, PreTokenizer, Scan } from './pre-tokenizer.js';

/** The pieces of a text: `text` cut at `cuts` (pairs), to be read as bytes or as characters. */
export interface Pieces {
  readonly text: AlignedText;
  readonly cuts: readonly number[];
  readonly bytes: boolean;
}

/**
 * Runs the stages one after another over a text. Where the last one wants bytes and the model `readsBytes`, the pieces stay
 * as they are and the model reads them as bytes; in all other places they are written in the byte alphabet.
 */
export function runStages(stages: PreTokenizer, text: AlignedText, readsBytes: boolean): Pieces {
  let pieces: Pieces = { text, cuts: [0, text.text.length], bytes: false };
  const most = mostGrown(text.text.length);
  for (const [index, stage] of stages.entries()) {
    if (stage.rewrite) pieces = rewritten(pieces, stage.rewrite);
    const cut = stage.cut ?? (stage.scan && cutAsScanned(stage.scan));
    if (cut) pieces = { ...pieces, cuts: cutAll(pieces, cut) };
    if (stage.bytes) {
      const isLeft = readsBytes && index === stages.length - 1;
      pieces = isLeft ? { ...pieces, bytes: true } : rewritten(pieces, writeBytes);
    }
    checkGrown(pieces.text.text.length, most, 'pre-tokenizers');
  }
  return pieces;
}

const writeBytes = (piece: AlignedText) => piece.mapCharacters(inByteAlphabet);

/** The cut that a scan of bytes makes. */
export const cutAsScanned =
  (scan: Scan): Cut =>
  (text, start, end, cuts) => {
    const bytes = utf8(text.slice(start, end));
    let unit = start;
    for (let at = 0; at < bytes.length; ) {
      const to = scan(bytes, at, bytes.length);
      const from = unit;
      for (; at < to; at += widthOf(bytes[at]!)) unit += bytes[at]! < 0xf0 ? 1 : 2;
      cuts.push(from, unit);
    }
  };

function cutAll({ text, cuts }: Pieces, cut: Cut): number[] {
  const smaller: number[] = [];
  for (let index = 0; index < cuts.length; index += 2) cut(text.text, cuts[index]!, cuts[index + 1]!, smaller);
  return smaller;
}

function rewritten({ text, cuts, bytes }: Pieces, rewrite: (piece: AlignedText) => void): Pieces {
  const parts: AlignedText[] = [];
  const moved: number[] = [];
  let at = 0;
  for (let index = 0; index < cuts.length; index += 2) {
    const part = text.slice(cuts[index]!, cuts[index + 1]!);
    rewrite(part);
    if (part.text === '') continue;
    parts.push(part);
    moved.push(at, (at += part.text.length));
  }
  return { text: parts.length === 1 ? parts[0]! : AlignedText.join(parts, text), cuts: moved, bytes };
}
