import { failFile } from '../../errors.js';
import type { ComponentReader } from '../../formats/json/components.js';
import { utf8LengthOf } from '../../text/unicode.js';
import type { Model } from '../model.js';
import { vocabularyFromObject } from '../vocabulary.js';

/** One token per pre-token, or the unknown token. */
export const wordLevel: ComponentReader<Model> = fields => {
  const vocabulary = vocabularyFromObject(fields.raw('vocab'), fields.path('vocab'));
  const unknown = fields.string('unk_token', '<unk>');
  const unknownId = vocabulary.id(unknown);
  return {
    vocabulary,
    acceptsBytes: false,
    unknownId,
    tokenize(text, start, end, _bytes, ids, spans) {
      const preToken = text.slice(start, end);
      const id = vocabulary.id(preToken) ?? unknownId;
      if (id === undefined) {
        return failFile(`"${preToken}" is not in model.vocab, and neither is model.unk_token "${unknown}"`);
      }
      ids.push(id);
      spans?.push(0, utf8LengthOf(text, start, end));
    },
  };
};
