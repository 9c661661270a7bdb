import { loadOnce, textsOf } from '@residual/appkit';
import { ablate, topActivations } from '@residual/inspect';
import { stories } from '../../worker/lab.js';
import { corpus } from './corpus.js';
import { afterName, nameStory } from './texts.js';

/** The perceptron of a block at a token. */
export interface PerceptronRun {
  /** What goes in and what comes out, [modelDim]. */
  readonly input: Float32Array;
  readonly output: Float32Array;
  /** The neurons before and after the bend, [hiddenDim]. */
  readonly before: Float32Array;
  readonly after: Float32Array;
}

/** A text on which a neuron fires, cut at the token where it fires most. */
export interface FiringText {
  readonly activation: number;
  readonly before: string;
  readonly token: string;
  readonly after: string;
}

/** How likely a next token is, with all perceptrons and with some of them silent. */
export interface FactToken {
  readonly id: number;
  readonly text: string;
  readonly before: number;
  readonly after: number;
}

const shown = 6;

/** The texts of the corpus on which each neuron of each block fires most. */
const firing = loadOnce(async () => {
  const model = await stories();
  const ids = corpus.map(text => model.tokensOf(text));
  return topActivations(model, ids, {
    names: ['decoder.layers.*.mlp.hidden'],
    count: shown,
    context: 7,
    oncePerSequence: true,
  });
});

/** How likely a name is at the end of a story whose beginning has this name or another one. */
export interface NameProbability {
  readonly same: number;
  readonly other: number;
  /** The number of tokens between. */
  readonly distance: number;
}

/** The functions of this step in the worker. */
export const calls = {
  look: async (text: string, layer: number, position: number): Promise<PerceptronRun> => {
    const path = `decoder.layers.${layer}.mlp`;
    const names = ['input', 'output', 'preActivation', 'hidden'].map(name => `${path}.${name}`);
    const { taps } = await (await stories()).forward(text, { taps: names });
    const [input, output, before, after] = names.map(name => {
      const { shape, data } = taps[name]!;
      const width = shape.at(-1)!;
      return Float32Array.from(data.slice(position * width, (position + 1) * width));
    });
    return { input: input!, output: output!, before: before!, after: after! };
  },
  firing: async (layer: number, neuron: number): Promise<FiringText[]> => {
    const { tokenizer } = await stories();
    const path = `decoder.layers.${layer}.mlp.hidden`;
    const { top } = (await firing()).find(each => each.path === path && each.neuron === neuron)!;
    return top.map(({ activation, token, position, context, contextStart }) => {
      const at = position - contextStart;
      const textOf = (ids: readonly number[]) => textsOf(tokenizer!, ids).join('');
      return {
        activation,
        before: textOf(context.slice(0, at)),
        token: textOf([token]),
        after: textOf(context.slice(at + 1)),
      };
    });
  },
  name: async (name: string, other: string): Promise<NameProbability> => ({
    same: await probabilityOf(nameStory(name), ` ${name}`),
    other: await probabilityOf(nameStory(other), ` ${name}`),
    distance: (await stories()).tokensOf(afterName).length,
  }),
  fact: async (text: string, silent: readonly number[]): Promise<FactToken[]> => {
    const model = await stories();
    const hooks = silent.map(layer => ablate(`decoder.layers.${layer}.mlp.output`, { value: 'zero' }));
    const [before, after] = [await probabilities(text, []), await probabilities(text, hooks)];
    const best = (of: Float32Array) => [...of.keys()].sort((one, other) => of[other]! - of[one]!).slice(0, 4);
    const ids = [...new Set([...best(before), ...best(after)])];
    const texts = textsOf(model.tokenizer!, ids);
    return ids.map((id, i) => ({ id, text: texts[i]!, before: before[id]!, after: after[id]! }));
  },
};

/** The probability of the first token of a word after a text. */
async function probabilityOf(text: string, word: string): Promise<number> {
  const [id] = (await stories()).tokensOf(word);
  return (await probabilities(text, []))[id!]!;
}

/** The probabilities of all tokens after a text. */
async function probabilities(text: string, hooks: readonly ReturnType<typeof ablate>[]): Promise<Float32Array> {
  const { logits } = await (await stories()).forward(text, { hooks });
  const last = Float32Array.from(logits.data.slice(-logits.shape.at(-1)!));
  const largest = last.reduce((most, logit) => Math.max(most, logit));
  const powers = last.map(logit => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map(power => power / total);
}

/** The types of the functions. */
export type Calls = typeof calls;
