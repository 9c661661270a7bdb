import { ResidualError } from '@residual/tensor';
import { strokeTokenizer } from '@residual/vision';
import { decoderInputOf } from '../generate/decoder-input.js';
import { generateSequences } from '../generate/generate.js';
import { mapSteps } from '../generate/generation.js';
import type { LoadedModel } from '../loaded-model.js';
import { causalOf } from '../model-kind.js';
import { longestOf } from '../sequences.js';
import { type DrawnResult, type DrawStep, drawnResultOf, drawStepOf } from './drawing-result.js';
import { mixedInput } from './mixed-input.js';
import { type MixedWords, mixWords, partsOf } from './mixed-words.js';
import { type DrawOptions, generateOptionsOf } from './options.js';

/**
 * Draws what words say, several texts at once. Yields the steps of all drawings and returns them in order. Words that
 * the model does not know are left out. Throws for a model that does not draw, and for a text without a known word.
 */
export async function* drawWords(
  model: LoadedModel,
  words: readonly (string | MixedWords)[],
  options: DrawOptions,
): AsyncGenerator<DrawStep, DrawnResult[]> {
  const grid = gridOf(model);
  if (words.length === 0) throw new ResidualError('prompt', 'draw: there are no words');
  const strokes = strokeTokenizer({ grid });
  const { begun = [], box = { left: 0, top: 0, width: grid - 1, height: grid - 1 } } = options;
  const begunTokens = begun.length === 0 ? [] : strokes.encode(begun, { box, isBegun: true });
  const prompts = words.map(each => promptOf(model, partsOf(each), strokes.bosTokenId));
  const sequences = prompts.map(({ tokens }) => [...tokens, ...begunTokens]);
  const plainInput = decoderInputOf('draw', model, sequences);
  const input = mixedInput(
    model,
    plainInput,
    prompts.map(prompt => prompt.words),
  );
  // The longest prompt bounds all drawings, since shorter ones are padded to it.
  const most = Math.max(0, model.maxPositions - longestOf(sequences));
  const { maxNewTokens = most } = options;
  const limited = Number.isInteger(maxNewTokens) ? { ...options, maxNewTokens: Math.min(maxNewTokens, most) } : options;
  const settings = generateOptionsOf(limited, strokes, begunTokens, model.generationConfig);
  const space = { strokes, box };
  const outputs = yield* mapSteps(generateSequences(model, input, settings), step => [drawStepOf(step, space)]);
  return outputs.map((output, i) => drawnResultOf(output, space, prompts[i]!.tokens.length, prompts[i]!.unknownWords));
}

/** Columns and rows of the points of a model that draws. */
function gridOf(model: LoadedModel): number {
  causalOf('draw', model);
  const { composition, family } = model;
  const grid = 'drawingGrid' in composition ? composition.drawingGrid : undefined;
  if (grid !== undefined) return grid;
  throw new ResidualError('kind', `draw: this is a model of the family ${family.name}, which does not draw`);
}

/**
 * The words of texts, mixed by their weights, and the tokens that stand for them, followed by the start of the drawing.
 * Words that the model does not know are left out.
 */
function promptOf(model: LoadedModel, parts: ReturnType<typeof partsOf>, bosTokenId: number) {
  const read = parts.map(([text, weight]) => ({ text, weight, ...wordsOf(model, text, bosTokenId) }));
  const words = mixWords(read);
  return {
    words,
    tokens: [...words.map(word => word[0]!.token), bosTokenId],
    unknownWords: read.flatMap(({ unknownWords }) => unknownWords),
  };
}

/** The tokens of the words of a text that the model knows, and the other words. Throws if it knows none of them. */
function wordsOf({ tokenizer }: LoadedModel, text: string, bosTokenId: number) {
  if (!tokenizer) throw new ResidualError('prompt', 'draw: this model has no tokenizer, which words need');
  const { ids, offsets } = tokenizer.encode(text);
  const isUnknown = (id: number) => id === tokenizer.unkTokenId;
  const unknownWords = ids.flatMap((id, i) => (isUnknown(id) ? [text.slice(...offsets[i]!)] : []));
  const tokens = ids.filter(id => !isUnknown(id) && id !== bosTokenId);
  if (tokens.length === 0 && unknownWords.length > 0)
    throw new ResidualError('prompt', `draw: the model knows no word of ${JSON.stringify(text.slice(0, 100))}`);
  return { tokens, unknownWords };
}
