import type { Model } from '../../model.js';
import type { RemoteModel } from '../../worker/connect.js';

/**
 * The options of speculative decoding: tokens are drafted cheaply, and the model checks several of them in one pass.
 * The tokens are those of plain decoding, greedy and sampled, as far as both passes round alike. With
 * `promptLookupNumTokens` drafts are copied from the text so far, with `assistantModel` a smaller model makes them.
 */
export interface SpeculativeOptions {
  /** How many tokens are copied at most from where the last tokens occurred before. */
  readonly promptLookupNumTokens?: number;
  /** How many of the last tokens prompt lookup looks for at most; default 2. */
  readonly maxMatchingNgramSize?: number;
  /**
   * A model of the same kind with the same tokens that drafts; it must not be disposed while the generation runs. A
   * model in a worker takes another one of the same connection.
   */
  readonly assistantModel?: Model | RemoteModel;
  /** How many tokens `assistantModel` drafts at most before they are checked; default 5. */
  readonly numAssistantTokens?: number;
  /** `assistantModel` stops before a token to which it gives a smaller probability than this, 0 to 1; default 0.4. */
  readonly assistantConfidenceThreshold?: number;
}

/** The names of the options; 0 marks optional ones. */
export const speculativeNames = {
  promptLookupNumTokens: 0,
  maxMatchingNgramSize: 0,
  assistantModel: 0,
  numAssistantTokens: 0,
  assistantConfidenceThreshold: 0,
} as const;

/** Separates the options of speculative decoding from others; undefined if none of them is given. */
export function separateSpeculative<Options extends SpeculativeOptions>(options: Options) {
  const [own, others]: [string, unknown][][] = [[], []];
  for (const entry of Object.entries(options))
    if (entry[1] !== undefined) (entry[0] in speculativeNames ? own : others)!.push(entry);
  const speculative: SpeculativeOptions | undefined = own!.length > 0 ? Object.fromEntries(own!) : undefined;
  return { speculative, others: Object.fromEntries(others!) as Omit<Options, keyof SpeculativeOptions> };
}
