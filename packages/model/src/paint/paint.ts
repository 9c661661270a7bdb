import type { Painting } from '@residual/families';
import { ResidualError } from '@residual/tensor';
import { expectTexts } from '../arguments.js';
import { decoderInputOf } from '../generate/decoder-input.js';
import { generateSequences } from '../generate/generate.js';
import { drawCodes, expectCodes } from '../images/image-codes.js';
import type { LoadedModel } from '../loaded-model.js';
import { causalOf, imageTokenizerOf } from '../model-kind.js';
import { generateOptionsOf, type PaintOptions } from './options.js';
import type { PaintedResult, PaintStep } from './painting-result.js';

/**
 * Paints what words say, several texts at once. Yields the steps of all pictures and returns them in order. Words that
 * the model does not know are left out. Throws for a model that does not paint, and for a text without a known word.
 */
export async function* paintWords(
  model: LoadedModel,
  words: readonly string[],
  options: PaintOptions,
): AsyncGenerator<PaintStep, PaintedResult[]> {
  const painting = paintingOf(model);
  const { grid } = painting;
  if (words.length === 0) throw new ResidualError('prompt', 'paint: there are no words');
  expectTexts('paint', 'words', words);
  const count = grid.rows * grid.columns;
  const given = Int32Array.from(options.codes ?? Array<number>(count).fill(-1));
  if (options.codes) expectCodes('paint', options.codes, imageTokenizerOf('paint', model));
  const firstMissing = given.indexOf(-1);
  // At least one code is left to generate.
  const begun = firstMissing < 0 ? count - 1 : firstMissing;
  const start = painting.tokenizer.codes;
  const prompts = words.map(text => promptOf(model, text, painting));
  const sequences = prompts.map(({ tokens }) => [...tokens, ...given.subarray(0, begun)]);
  const wordless = paddedPrompt([], painting);
  const settings = generateOptionsOf(options, { wordless, codes: given, begun, start }, model.generationConfig);
  const pictures = words.map(() => Int32Array.from(given, (code, i) => (i < begun ? code : -1)));
  const steps = generateSequences(model, decoderInputOf('paint', model, sequences), settings);
  const { previewEvery } = options;
  try {
    for (;;) {
      const { done, value } = await steps.next();
      if (done) {
        const results: PaintedResult[] = [];
        for (const [i, { logprob, seed }] of value.entries()) {
          const image = await drawCodes(model, pictures[i]!);
          const { unknownWords } = prompts[i]!;
          results.push({
            codes: pictures[i]!,
            ...grid,
            image,
            unknownWords,
            logprob,
            ...(seed !== undefined && { seed }),
          });
        }
        return results;
      }
      const { text: _, index: at, ...step } = value;
      const index = begun + at;
      const codes = pictures[step.batchIndex]!;
      codes[index] = step.token;
      const isShown = previewEvery !== undefined && ((index + 1) % previewEvery === 0 || index + 1 === count);
      yield {
        ...step,
        ...{ index, row: Math.floor(index / grid.columns), column: index % grid.columns },
        isGiven: given[index]! >= 0,
        codes: codes.slice(),
        ...(isShown && { image: await drawCodes(model, codes) }),
      };
    }
  } finally {
    await steps.return(undefined as never);
  }
}

/** How a model paints. Throws if it does not. */
function paintingOf(model: LoadedModel): Painting {
  causalOf('paint', model);
  const { composition, family } = model;
  const painting = 'painting' in composition ? composition.painting : undefined;
  if (painting) return painting;
  throw new ResidualError('kind', `paint: this is a model of the family ${family.name}, which does not paint`);
}

/** The tokens of a text and the start of its picture, without the words that the model does not know. */
function promptOf(model: LoadedModel, text: string, painting: Painting) {
  const { promptWords, tokenizer } = painting;
  if (!model.tokenizer) throw new ResidualError('prompt', 'paint: this model has no tokenizer, which words need');
  const { unkTokenId } = model.tokenizer;
  const { ids, offsets } = model.tokenizer.encode(text);
  const all = ids.map((id, i) => ({ id, word: text.slice(...offsets[i]!) }));
  const known = all.filter(({ id }) => id !== unkTokenId && id !== tokenizer.codes);
  const unknownWords = [...all.filter(({ id }) => id === unkTokenId), ...known.slice(promptWords)];
  if (known.length === 0 && unknownWords.length > 0)
    throw new ResidualError('prompt', `paint: the model knows no word of ${JSON.stringify(text.slice(0, 100))}`);
  const read = known.slice(0, promptWords).map(({ id }) => id);
  return { tokens: paddedPrompt(read, painting), unknownWords: unknownWords.map(({ word }) => word) };
}

/** Words with padding behind them, and the start of a picture, which is the token behind the codes. */
function paddedPrompt(words: readonly number[], { promptWords, padTokenId, tokenizer }: Painting): number[] {
  return [...words, ...Array<number>(promptWords - words.length).fill(padTokenId), tokenizer.codes];
}
