import { textsOf } from '@residual/appkit';
import { attributeLogits, logitLens } from '@residual/inspect';
import { stories } from '../../worker/lab.js';

/** A token that a layer would say next. */
export interface Guess {
  readonly id: number;
  readonly text: string;
  readonly probability: number;
}

/** What each layer would say: [layer][position][rank], first the embedding, then after each block. */
export type Guesses = readonly (readonly (readonly Guess[])[])[];

/** The residual stream at a token, and what the parts of the blocks add to the logit of the model's answer. */
export interface TokenStream {
  /** The stream before each block, and after the last one, each [modelDim]. */
  readonly streams: readonly Float32Array[];
  /** By block. */
  readonly additions: readonly { readonly attention: number; readonly perceptron: number }[];
}

/** The functions of this step in the worker. */
export const calls = {
  guesses: async (text: string): Promise<Guesses> => {
    const model = await stories();
    const { layers } = await logitLens(model, model.tokensOf(text), { top: 3 });
    return layers.map(({ top }) =>
      top.map(guesses => {
        const ids = guesses.map(({ token }) => token);
        const texts = textsOf(model.tokenizer!, ids);
        return guesses.map(({ logprob }, rank) => {
          return { id: ids[rank]!, text: texts[rank]!, probability: Math.exp(logprob) };
        });
      }),
    );
  },
  stream: async (text: string, position: number, target: number): Promise<TokenStream> => {
    const model = await stories();
    const blocks = Array.from({ length: model.depth }, (_, i) => `decoder.layers.${i}`);
    const paths = [...blocks.map(path => `${path}.input`), `${blocks.at(-1)}.output`];
    const { tokens, taps } = await model.forward(text, { taps: paths });
    const { components } = await attributeLogits(model, tokens, { target, position });
    const of = (path: string) => components.find(component => component.path === path)!.contribution;
    return {
      streams: paths.map(path => {
        const { shape, data } = taps[path]!;
        const modelDim = shape.at(-1)!;
        return Float32Array.from(data.slice(position * modelDim, (position + 1) * modelDim));
      }),
      additions: blocks.map(path => ({ attention: of(`${path}.attention`), perceptron: of(`${path}.mlp`) })),
    };
  },
};

/** The types of the functions. */
export type Calls = typeof calls;
