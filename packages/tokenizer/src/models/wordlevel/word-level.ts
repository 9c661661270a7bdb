import { failFile } from '../../errors.js';
import { type ModelComponent, required } from '../../formats/json/components.js';
import { utf8LengthOf } from '../../text/unicode.js';
import type { Model } from '../model.js';
import { type Vocabulary, vocabularyFromObject } from '../vocabulary.js';

/** One token per pre-token, or the unknown token. */
export const wordLevel: ModelComponent = {
  type: 'WordLevel',
  fields: { vocab: required, unk_token: '<unk>' },
  fromJson: fields =>
    wordLevelModel(vocabularyFromObject(fields.raw('vocab'), fields.path('vocab')), fields.string('unk_token')),
};

function wordLevelModel(vocabulary: Vocabulary, unknown: string): Model {
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
}
