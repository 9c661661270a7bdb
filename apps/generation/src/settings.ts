import { type Address, addressOf, type WeightChoice, weightChoices } from '@residual/appkit';

/** How fast a story is written. */
export type Pace = 'slow' | 'reading' | 'fast';

/** The chapters under the story. */
export const chapters = ['attention', 'ways', 'name', 'chat', 'model'] as const;

/** The settings of the page, all of them in its address. The name of a setting is the id of its control. */
export interface Settings {
  readonly prompt: string;
  readonly mode: 'sampled' | 'greedy';
  readonly temperature: number;
  /** 0 keeps all tokens. */
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
  readonly maxNewTokens: number;
  readonly pace: Pace;
  /** Where the story branches; see `forksFrom`. */
  readonly forks: string;
  /** The branch that is shown, and the one that it is compared with; -1 for none. */
  readonly branch: number;
  readonly against: number;
  readonly chapter: (typeof chapters)[number];
  /** The text whose attention is shown, the word that attends, and the words it attends to. */
  readonly text: string;
  readonly noun: string;
  readonly words: string;
  /** Numbers, or -1 for the largest attention to the words. */
  readonly layer: number;
  readonly head: number;
  /** A beginning in which NAME stands for a name, what follows it up to the next name, and the names, by commas. */
  readonly start: string;
  readonly end: string;
  readonly names: string;
  /** `auto` is WebGL with a real graphics card, else WebAssembly. */
  readonly backend: string;
  /** How the weight matrices are held in memory. */
  readonly weights: WeightChoice;
  /** A Hugging Face id or a URL; empty for the shipped model. */
  readonly model: string;
  readonly hub: string;
  /** `true` begins with the model that the training page has handed over. */
  readonly handed: '' | 'true';
}

/** The settings before the first click. */
export const preset: Settings = {
  prompt: 'Once upon a time, there was a fluffy blue creature who',
  mode: 'sampled',
  temperature: 0.8,
  topK: 0,
  topP: 0.95,
  seed: 7,
  maxNewTokens: 48,
  pace: 'reading',
  forks: '',
  branch: 0,
  against: -1,
  chapter: 'attention',
  text: 'a fluffy blue creature',
  noun: 'creature',
  words: 'fluffy blue',
  layer: -1,
  head: -1,
  start: 'Once upon a time, there was a child named NAME.',
  end: 'They loved to play in the park. One day, a big dog came. The dog wanted to play with',
  names: 'Lily, Sue, Tom, Ben, Harry, Hermione',
  backend: 'auto',
  weights: 'auto',
  model: '',
  hub: 'https://huggingface.co',
  handed: '',
};

/** The settings in the address of the page. */
export const address: Address<Settings> = addressOf(preset, {
  mode: ['sampled', 'greedy'],
  pace: ['slow', 'reading', 'fast'],
  chapter: chapters,
  handed: ['', 'true'],
  weights: weightChoices,
});
