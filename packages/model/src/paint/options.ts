import type { SequenceContext } from '@residual/sampling';
import { expectInteger, expectOptions, type OptionNames } from '@residual/tensor';
import type { GenerateOptions, GenerationConfig } from '../generate/options.js';

/** The options of `paint`: those of `generate` that suit pictures, and what is there already. */
export interface PaintOptions
  extends Pick<
    GenerateOptions,
    'topK' | 'topP' | 'minP' | 'topLogprobs' | 'seed' | 'guidanceScale' | 'taps' | 'cache' | 'signal'
  > {
  /** Default as in `generation_config.json`, else 0, the most likely code. */
  readonly temperature?: number;
  /**
   * Codes that stay as they are, row by row, such as those of `encodeImage`; -1 is one that is to be painted. Nothing
   * is there already if absent.
   */
  readonly codes?: ArrayLike<number>;
  /** Each n-th step, and the last one, has the picture so far as `image`; none has if absent. */
  readonly previewEvery?: number;
}

/** The names of the options of `paint`. */
export const paintNames: OptionNames<PaintOptions> = {
  ...{ temperature: 0, topK: 0, topP: 0, minP: 0, topLogprobs: 0, seed: 0, guidanceScale: 0 },
  ...{ codes: 0, previewEvery: 0, taps: 0, cache: 0, signal: 0 },
};

/** The prompts of a picture without words, and the codes that stay. */
export interface PaintSettings {
  /** The tokens of a prompt without words. */
  readonly wordless: readonly number[];
  /** The codes that stay; -1 elsewhere. */
  readonly codes: Int32Array;
  /** How many of them, at the beginning, are part of the prompt. */
  readonly begun: number;
  /** The token that starts a picture; those before it are codes. */
  readonly start: number;
}

/** Checks the options of `paint`, and makes those of `generate` of them. */
export function generateOptionsOf(
  options: PaintOptions,
  { wordless, codes, begun, start }: PaintSettings,
  config: GenerationConfig,
): GenerateOptions {
  expectOptions('paint', options, paintNames);
  const { codes: _codes, previewEvery, ...others } = options;
  if (previewEvery !== undefined) expectInteger('paint', 'previewEvery', previewEvery, { min: 1 });
  const isGuided = (others.guidanceScale ?? config.guidance_scale ?? undefined) !== undefined;
  const staysLater = codes.subarray(begun).some(code => code >= 0);
  const all = staysLater ? Array.from({ length: start }, (_, code) => code) : [];
  const allowedTokens = ({ tokens, promptLength }: SequenceContext) => {
    const code = codes[begun + tokens.length - promptLength]!;
    return code >= 0 ? [code] : all;
  };
  return {
    ...others,
    ...(others.temperature === undefined && config.do_sample !== true && { temperature: 0 }),
    ...(isGuided && { negativePromptIds: [...wordless, ...codes.subarray(0, begun)] }),
    ...(staysLater && { allowedTokens }),
    maxNewTokens: codes.length - begun,
    suppressTokens: [start],
    eosTokenId: [],
  };
}
