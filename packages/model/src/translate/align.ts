import { nextTurn } from '@residual/base';
import { record } from '@residual/layers';
import { tensor, tidy } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import { type CrossPart, type EncoderDecoder, type Part, readout } from '@residual/transformer';
import { tokensAtOnce } from '../advance.js';
import { forwardPair } from '../forward.js';
import type { Running } from '../kinds.js';
import { type PlainTensor, plainTaps } from '../plain-tensor.js';
import { type Zeroed, zeroing } from '../zeroing.js';
import { type Alignment, type Span, wordAlignment, wordsOf } from './alignment.js';
import type { Source } from './source.js';
import type { Written } from './write.js';

/** A piece that was translated. */
export interface Aligned {
  readonly sentence: string;
  readonly source: Source;
  readonly written: Written;
}

/** What a model is asked with. */
export interface AlignOptions {
  /** Tells the words of tokens. */
  readonly tokenizer: Tokenizer;
  /** Tensors, or heads of them, that are zero. */
  readonly zeroed: readonly Zeroed[] | undefined;
  /** Whether a pass holds the event loop until it is computed. */
  readonly holdsLoop: boolean;
  /** Errors once the model cannot be asked any more. */
  readonly check: () => void;
  /** Ends the work. */
  readonly signal?: AbortSignal | undefined;
}

/** What each token that was written looked at: a pass over sources and translations together, which reads the weights of cross-attention. */
export async function alignPieces(
  running: Running<EncoderDecoder<Part, CrossPart>>,
  pieces: readonly Aligned[],
  options: AlignOptions,
): Promise<Alignment[]> {
  const { holdsLoop, check, signal } = options;
  const tokensOf = ({ source, written }: Aligned) => source.ids.length + written.target.length;
  const most = Math.max(...pieces.map(tokensOf));
  const atOnce = holdsLoop ? Math.max(1, Math.floor(tokensAtOnce / most)) : pieces.length;
  const alignments: Alignment[] = [];
  for (let from = 0; from < pieces.length; from += atOnce) {
    await nextTurn(signal);
    check();
    alignments.push(...(await alignTogether(running, pieces.slice(from, from + atOnce), options)));
  }
  return alignments;
}

async function alignTogether(
  running: Running<EncoderDecoder<Part, CrossPart>>,
  pieces: readonly Aligned[],
  { tokenizer, zeroed }: AlignOptions,
): Promise<Alignment[]> {
  const longest = (rows: readonly (readonly number[])[]) => Math.max(...rows.map(row => row.length));
  const padded = (rows: readonly (readonly number[])[], length: number) =>
    rows.map(row => Array.from({ length }, (_, i) => row[i] ?? 0));
  const sources = pieces.map(({ source }) => source.ids);
  const fed = pieces.map(({ written }) => written.target.slice(0, -1));
  const [keyLen, length] = [longest(sources), Math.max(longest(fed), 1)];
  const recorder = record(['decoder.layers.*.crossAttention.weights'], zeroing('translate', zeroed).scope);
  try {
    tidy(() => {
      const scope = recorder.scope.with(readout, tensor([length - 1], [1], 'int32')); // the logits are not what is asked for
      const lengths = sources.map(ids => ids.length);
      forwardPair(running, { source: padded(sources, keyLen), target: padded(fed, length), lengths }, scope);
    });
    const taps = await plainTaps(recorder.values, pieces.length);
    return pieces.map((piece, i) => alignmentOf(piece, Object.entries(taps[i]!), tokenizer));
  } finally {
    recorder.dispose();
  }
}

/** The alignment of one piece from its share of the weights, [heads, queryLen, keyLen] of each layer. */
function alignmentOf(
  { sentence, source, written }: Aligned,
  layers: readonly (readonly [path: string, weights: PlainTensor])[],
  tokenizer: Tokenizer,
): Alignment {
  const place = (path: string) => Number(/layers\.(\d+)\./.exec(path)![1]);
  const sorted = [...layers].sort(([a], [b]) => place(a) - place(b)).map(([, weights]) => weights);
  const [first, newTokens] = [written.promptLength - 1, written.counted];
  const [heads, , keyLen] = sorted[0]!.shape as [number, number, number];
  const sourceLen = source.ids.length;
  const data = new Float32Array(sorted.length * heads * newTokens * sourceLen);
  let at = 0;
  for (const { shape, data: weights } of sorted)
    for (let head = 0; head < heads; head++)
      for (let token = 0; token < newTokens; token++) {
        const row = (head * shape[1]! + first + token) * keyLen;
        data.set(weights.subarray(row, row + sourceLen), at);
        at += sourceLen;
      }
  const alignment = {
    attention: { shape: [sorted.length, heads, newTokens, sourceLen], data },
    source: source.spans,
    target: spansOf(written, tokenizer),
    sourceWords: wordsOf(sentence),
    targetWords: wordsOf(written.translation),
  };
  return { ...alignment, words: wordAlignment(alignment) };
}

/** Where each new token stands in the translation. */
function spansOf({ target, promptLength, translation }: Written, tokenizer: Tokenizer): Span[] {
  const stream = tokenizer.decodeStream();
  for (const id of target.slice(0, promptLength)) stream.push(id);
  let end = 0;
  const spans = target.slice(promptLength).map((id): Span => {
    const start = end;
    end = Math.min(end + stream.push(id).length, translation.length);
    return [start, end];
  });
  return spans;
}
