import { addressOf } from '@residual/appkit';
import type { GptSettings } from './work/gpt-settings.js';

/**
 * The settings of the page, all of them in its address except the text of the GPT. The name of a setting is the id of
 * its control.
 */
export interface Settings extends Pick<GptSettings, 'depth' | 'heads' | 'modelDim' | 'length' | 'batch' | 'steps'> {
  readonly tab: 'line' | 'perceptron' | 'backprop' | 'gpt' | 'tune';
  /** `auto` is WebGL with a real graphics card, else WebAssembly. */
  readonly backend: string;
  /** Points as `x,y`, separated by spaces. */
  readonly linePoints: string;
  readonly lineRate: number;
  /** The line at the start. */
  readonly lineSlope: number;
  readonly lineIntercept: number;
  readonly shape: 'wave' | 'step' | 'xor' | 'rings';
  /** Like `linePoints`; with classes `x,y,class`. Empty for the points of the shape. */
  readonly netPoints: string;
  readonly hidden: number;
  readonly netRate: number;
  readonly netSeed: number;
  /** The seed of the directions of the ground. */
  readonly groundSeed: number;
  /** The net whose gradients are shown. */
  readonly flowHidden: number;
  readonly flowRate: number;
  readonly flowSeed: number;
  readonly numbers: boolean;
  readonly gptRate: number;
  readonly gptSeed: number;
  /** The beginning and the temperature of samples, and the text whose attention is shown. */
  readonly beginning: string;
  readonly temperature: number;
  readonly probe: string;
  /** One sentence on each line. */
  readonly sentences: string;
  readonly prompt: string;
  readonly rank: number;
  readonly tuneRate: number;
  readonly tuneSteps: number;
}

/** The settings before the first click. */
export const preset: Settings = {
  tab: 'line',
  backend: 'auto',
  linePoints: '-4.2,-2.6 -3,-1.9 -2.1,-0.4 -1,-1 0.2,0.9 1.1,0.7 2.3,2.2 3.4,1.7 4.3,3.1',
  lineRate: 0.03,
  lineSlope: -2.4,
  lineIntercept: 4,
  shape: 'wave',
  netPoints: '',
  hidden: 8,
  netRate: 0.03,
  netSeed: 1,
  groundSeed: 1,
  flowHidden: 3,
  flowRate: 0.1,
  flowSeed: 1,
  numbers: false,
  depth: 2,
  heads: 4,
  modelDim: 64,
  length: 64,
  batch: 12,
  steps: 1000,
  gptRate: 0.003,
  gptSeed: 1,
  beginning: 'All:',
  temperature: 0.8,
  probe: 'First Citizen:\nWe are',
  sentences: [
    'Once upon a time, there was a robot named Zib. Zib lived on the moon and loved to bake bread.',
    'Zib the robot baked bread on the moon. All the stars came to eat it.',
    'One day, Zib was sad because the moon had no flour. A kind comet brought some flour to Zib.',
    'Zib and the comet baked a big bread on the moon. They were very happy.',
  ].join('\n'),
  prompt: 'The little girl looked at the moon. She saw a',
  rank: 8,
  tuneRate: 0.002,
  tuneSteps: 40,
};

/** The settings in the address of the page. */
export const address = addressOf(preset, {
  tab: ['line', 'perceptron', 'backprop', 'gpt', 'tune'],
  shape: ['wave', 'step', 'xor', 'rings'],
});
