import { type Address, addressOf } from '@residual/appkit';

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
  /** The text whose attention is shown, the word that attends, and the words it attends to. */
  readonly text: string;
  readonly noun: string;
  readonly words: string;
  /** Numbers, or -1 for the largest attention to the words. */
  readonly layer: number;
  readonly head: number;
  /** Two beginnings, the text that follows both, and the expected next word. */
  readonly start: string;
  readonly edited: string;
  readonly end: string;
  readonly word: string;
  /** `auto` is WebGL with a real graphics card, else WebAssembly. */
  readonly backend: string;
  /** A Hugging Face id or a URL; empty for the shipped model. */
  readonly model: string;
  readonly hub: string;
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
  text: 'a fluffy blue creature',
  noun: 'creature',
  words: 'fluffy blue',
  layer: -1,
  head: -1,
  start: 'Once upon a time, there was a little girl named Lily.',
  edited: 'Once upon a time, there was a little girl named Sue.',
  end: 'She loved to play in the park. One day, she saw a big dog. The dog wanted to play with',
  word: 'Lily',
  backend: 'auto',
  model: '',
  hub: 'https://huggingface.co',
};

/** The settings in the address of the page. */
export const address: Address<Settings> = addressOf(preset, { mode: ['sampled', 'greedy'] });
