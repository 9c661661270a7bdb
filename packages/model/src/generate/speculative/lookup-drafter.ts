import type { Drafter } from './drafter.js';
import { type PromptLookupSettings, promptLookup } from './prompt-lookup.js';

/** Drafts by `promptLookup` in the source of an encoder-decoder and in the text so far. */
export function lookupDrafter(source: readonly number[], settings: PromptLookupSettings, vocab: number): Drafter {
  return {
    draft: async (tokens, limit) => {
      const numTokens = Math.min(settings.numTokens, limit);
      const drafted = numTokens > 0 ? promptLookup([...source, ...tokens], { ...settings, numTokens }) : [];
      const unknown = drafted.findIndex(token => token >= vocab); // of a source with other tokens
      return unknown < 0 ? drafted : drafted.slice(0, unknown);
    },
    dispose: () => {},
  };
}
