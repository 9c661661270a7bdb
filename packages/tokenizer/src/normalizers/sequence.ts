import type { Component } from '../formats/json/components.js';
import type { Normalizer } from './normalizer.js';

/** Applies normalizers one after another. */
export const sequence: Component<Normalizer> = {
  type: 'Sequence',
  list: 'normalizers',
  fromJson: (_fields, parts) => text => {
    for (const normalize of parts) normalize(text);
  },
};
