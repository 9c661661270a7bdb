import { grouped } from '@residual/appkit';
import type { Settings } from './settings.js';

/** What the settings of a tab say in one line while they are folded, by the id of their element. */
export const summaries: Readonly<Record<string, (settings: Settings) => string>> = {
  'line-settings': ({ lineRate, lineSlope, lineIntercept }) =>
    `learning rate ${lineRate}, from slope ${lineSlope} and intercept ${lineIntercept}`,
  'net-settings': ({ hidden, netRate, netSeed }) => `${hidden} neurons, learning rate ${netRate}, seed ${netSeed}`,
  'backprop-settings': ({ flowHidden, flowRate, flowSeed }) =>
    `${flowHidden} neurons, learning rate ${flowRate}, seed ${flowSeed}`,
  'gpt-settings': ({ depth, heads, modelDim, length, steps }) =>
    `${depth} blocks of ${heads} heads, width ${modelDim}, context ${length}, ${grouped(steps)} steps`,
  'tune-settings': ({ rank, tuneSteps, tuneRate }) => `rank ${rank}, ${tuneSteps} steps, learning rate ${tuneRate}`,
};
