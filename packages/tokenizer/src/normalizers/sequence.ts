import type { ComponentReader } from '../formats/json/components.js';
import type { Normalizer } from './normalizer.js';

/** Applies normalizers one after another. */
export const sequence: ComponentReader<Normalizer> = (fields, nested) => {
  const path = fields.path('normalizers');
  const parts = fields.array('normalizers').map((json, index) => nested(json, `${path}[${index}]`));
  return text => {
    for (const normalize of parts) normalize(text);
  };
};
