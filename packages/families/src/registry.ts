import { gpt2 } from './decoders/gpt2.js';
import { llama } from './decoders/llama.js';
import { bart } from './encoder-decoders/bart.js';
import { m2m100 } from './encoder-decoders/m2m100.js';
import { marian } from './encoder-decoders/marian.js';
import { mbart } from './encoder-decoders/mbart.js';
import { pegasus } from './encoder-decoders/pegasus.js';
import { mt5, t5 } from './encoder-decoders/t5.js';
import type { Family } from './family.js';

/** All families of this package; a page that names them all loads them all. */
export const families: readonly Family[] = [gpt2, llama, marian, bart, mbart, m2m100, pegasus, t5, mt5];
