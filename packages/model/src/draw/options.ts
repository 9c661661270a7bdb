import { expectOptions, expectValue, type OptionNames, ResidualError } from '@residual/tensor';
import type { Box, Drawing, StrokeTokenizer } from '@residual/vision';
import type { GenerateOptions, GenerationConfig } from '../generate/options.js';

/** The options of `draw`: those of `generate` that suit drawings, and what is there already. */
export interface DrawOptions
  extends Pick<
    GenerateOptions,
    'topK' | 'topP' | 'minP' | 'topLogprobs' | 'seed' | 'guidanceScale' | 'taps' | 'cache' | 'signal'
  > {
  /** The temperature of the choice among points; default as in `generation_config.json`, else 0, the most likely. */
  readonly temperature?: number;
  /**
   * The temperature of the choice whether the pen goes on, is lifted or the drawing ends; default 1. Under a low one
   * pens are lifted all the time, since the choice of a point is spread over many.
   */
  readonly penTemperature?: number;
  /** The most tokens that are added; by default and at most as many as the positions of the model leave. */
  readonly maxNewTokens?: number;
  /** Strokes that are there already, in the unit of `box`: the drawing goes on behind them. */
  readonly begun?: Drawing;
  /** The square or rectangle in which one draws; default the grid of the model, from 0 to its size - 1. */
  readonly box?: Box;
}

/** The names of the options of `draw`. */
export const drawNames: OptionNames<DrawOptions> = {
  temperature: 0,
  penTemperature: 0,
  topK: 0,
  topP: 0,
  minP: 0,
  topLogprobs: 0,
  seed: 0,
  guidanceScale: 0,
  maxNewTokens: 0,
  begun: 0,
  box: 0,
  taps: 0,
  cache: 0,
  signal: 0,
};

/** Checks the options of `draw`, and makes those of `generate` of them for prompts that end with `begun`. */
export function generateOptionsOf(
  options: DrawOptions,
  { grid, upTokenId, eosTokenId, bosTokenId }: StrokeTokenizer,
  begun: readonly number[],
  config: GenerationConfig,
): GenerateOptions {
  const { do_sample: usuallySampled, temperature: usual = 1, guidance_scale: usualScale } = config;
  const defaultTemperature = usuallySampled === true ? (usual as number) : 0;
  expectOptions('draw', options, drawNames);
  const { begun: _begun, box, penTemperature, temperature = defaultTemperature, ...others } = options;
  expectBox(box);
  const isSampled = typeof temperature === 'number' && temperature > 0;
  if (penTemperature !== undefined) {
    const fits = typeof penTemperature === 'number' && penTemperature > 0 && penTemperature < Infinity;
    expectValue(fits, 'draw', 'penTemperature', penTemperature, 'a number above 0');
    if (!isSampled)
      throw new ResidualError(
        'option',
        `draw: penTemperature is ${penTemperature} and temperature ${temperature}; what is not sampled has none`,
      );
  }
  const { penTemperature: pen = 1 } = options;
  const points = { from: 0, to: grid * grid, temperature: temperature / pen };
  const temperatures = isSampled ? { temperature: pen, groupTemperatures: [points] } : { temperature };
  const isGuided = (others.guidanceScale ?? usualScale ?? undefined) !== undefined;
  return {
    ...others,
    ...temperatures,
    ...(isGuided && { negativePromptIds: [bosTokenId, ...begun] }),
    suppressTokens: [bosTokenId],
    ...(begun.length === 0 && { beginSuppressTokens: [upTokenId, eosTokenId] }),
  };
}

function expectBox(box: Box | undefined): void {
  if (box === undefined) return;
  const { left, top, width, height } = Object(box) as Box;
  const fits = [left, top, width, height].every(Number.isFinite) && width > 0 && height > 0;
  expectValue(fits, 'draw', 'box', box, '{ left, top, width, height }, with width and height above 0');
}
