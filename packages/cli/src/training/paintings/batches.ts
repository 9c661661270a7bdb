import type { Tokenizer } from '@residual/tokenizer';
import { type PromptedTarget, promptBatch, promptBatches, type TokenBatch } from '@residual/train';
import { type Corpus, firstBatches, sizeOf } from '../corpus.js';
import { hues } from '../images/recolour.js';
import { wordsOf } from '../images/vocabulary.js';
import type { PaintedPicture } from './painted-pictures.js';

/** What turns texts into prompts. */
export interface PromptCoder {
  readonly tokenizer: Tokenizer;
  /** The number of words of a prompt; fewer are padded. */
  readonly promptWords: number;
  /** The token that starts a picture. */
  readonly start: number;
}

/** Settings of `paintingCorpus`. */
export interface PaintingCorpusSettings {
  readonly batch: number;
  readonly seed: number;
  /** The share of the pictures whose words are left out. */
  readonly unconditional: number;
  /** The share of the codes that are read as random ones. */
  readonly replace: number;
  /** The share of the pictures, of those with one colour, that have another one. */
  readonly recolour: number;
}

/** Sentences that a text may stand in. */
const sentences = ['a {}', 'the {}', '{} emoji', 'a picture of a {}'];

/** How often it does, and how often a picture is called by another of its texts than its label, or by both. */
const [sentenceShare, otherShare, bothShare] = [0.1, 0.12, 0.1];

/** How often a picture is slightly moved. */
const movedShare = 0.4;

/** Batches of words with pictures as codes, other ones each time; to validate, of labels with pictures as they are. */
export function paintingCorpus(
  training: readonly PaintedPicture[],
  validation: readonly PaintedPicture[],
  textsOf: (concept: number) => readonly string[],
  coder: PromptCoder,
  { batch, seed, unconditional, replace, recolour }: PaintingCorpusSettings,
): Corpus<TokenBatch> {
  const encode = ({ picture, codes, recoloured }: PaintedPicture, random: () => number): PromptedTarget => {
    const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!;
    const texts = textsOf(picture.concept);
    const other = recoloured.length > 0 && random() < recolour ? pick(recoloured) : undefined;
    const kind = random();
    const own =
      texts.length === 1 || kind >= otherShare + bothShare
        ? texts[0]!
        : kind < otherShare
          ? pick(texts.slice(1))
          : `${texts[0]} ${pick(texts.slice(1))}`;
    const text = other ? [other.colour, ...thingsIn(texts[0]!)].join(' ') : own;
    const said = random() < sentenceShare ? pick(sentences).replace('{}', text) : text;
    const target = other ? other.codes : random() < movedShare ? pick(codes) : codes[0]!;
    const input = target.map(code => (random() < replace ? Math.floor(random() * coder.start) : code));
    return { prompt: promptFor(coder, random() < unconditional ? '' : said), target, input };
  };
  return {
    batches: promptBatches(training, { batch, seed, encode }),
    validation: limit => firstBatches(plainBatches(validation, textsOf, coder, batch), limit),
    summary: sizeOf('pictures', training.length, validation.length),
  };
}

/** Batches of labels with pictures as they are. */
export function* plainBatches(
  pictures: readonly PaintedPicture[],
  textsOf: (concept: number) => readonly string[],
  coder: PromptCoder,
  batch: number,
): Generator<TokenBatch> {
  const encode = ({ picture, codes }: PaintedPicture): PromptedTarget => ({
    prompt: promptFor(coder, textsOf(picture.concept)[0]!),
    target: codes[0]!,
  });
  for (let from = 0; from < pictures.length; from += batch)
    yield promptBatch(pictures.slice(from, from + batch).map(encode));
}

/** The tokens of a text, padded, and the start of a picture; `[UNK]` and `[PAD]` follow the start. */
export function promptFor({ tokenizer, promptWords, start }: PromptCoder, text: string): number[] {
  const [unknown, padding] = [start + 1, start + 2];
  const ids = tokenizer
    .encode(text)
    .ids.filter(id => id !== unknown)
    .slice(0, promptWords);
  return [...ids, ...Array<number>(promptWords - ids.length).fill(padding), start];
}

/** The words of a label that name no colour. */
export function thingsIn(label: string): string[] {
  return wordsOf(label).filter(word => !Object.hasOwn(hues, word));
}
