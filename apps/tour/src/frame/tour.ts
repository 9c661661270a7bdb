import { loadOnce, type State } from '@residual/appkit';
import { connect, type Functions, type Remote } from '@residual/appkit/calls';
import type { Settings } from '../settings.js';
import type { Tokens } from './step.js';

/** What the steps share. */
export interface Tour {
  readonly state: State<Settings>;
  /** The worker that holds the models, for services of its own. */
  readonly worker: Worker;
  /** The functions of a step in the worker: `tour.calls<typeof calls>('attention')`. */
  calls<Offered extends Functions>(step: string): Remote<Offered>;
  /** The tokens of a sentence, computed once for each. */
  tokens(sentence: string): Promise<Tokens>;
  /** The text of every token of the story model, by id. */
  vocabulary(): Promise<readonly string[]>;
}

/** The functions of the frame in the worker. */
export type FrameCalls = {
  begin: (page: string) => void;
  tokens: (text: string) => Promise<Tokens>;
  vocabulary: () => Promise<readonly string[]>;
};

/** Opens the tour on a worker. */
export function openTour(worker: Worker, state: State<Settings>): Tour {
  const frame = connect<FrameCalls>(worker, 'frame');
  frame.begin(document.baseURI);
  let latest: { readonly sentence: string; readonly tokens: Promise<Tokens> } | undefined;
  return {
    state,
    worker,
    calls: step => connect(worker, step),
    tokens: sentence => {
      if (latest?.sentence !== sentence) latest = { sentence, tokens: frame.tokens(sentence) };
      return latest.tokens;
    },
    vocabulary: loadOnce(frame.vocabulary),
  };
}
