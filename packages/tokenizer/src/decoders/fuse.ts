import type { Component } from '../formats/json/components.js';
import type { Decoder } from './decoder.js';

/** Joins all tokens to one, so that the steps after it see the whole text. */
export const fuse: Component<Decoder> = {
  type: 'Fuse',
  fromJson: () => emit => ({
    push: text => emit(text, false),
    finish: () => emit('', true),
  }),
};
