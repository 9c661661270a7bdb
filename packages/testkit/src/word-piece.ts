const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

/** The words of the small encoders of tests, by their id. */
export const wordPieceWords = [...special, 'anna', 'lives', 'in', 'paris', 'near', 'lon', '##don', '.'];

const ofPiece = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
const ofSequence = (id: string, type_id: number) => ({ Sequence: { id, type_id } });

/** The `tokenizer.json` of a BERT whose vocabulary is `wordPieceWords`. */
export const wordPieceJson = {
  version: '1.0',
  added_tokens: special.map((content, id) => ({
    ...{ id, content, special: true },
    ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
  })),
  normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, lowercase: true },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [ofPiece('[CLS]', 0), ofSequence('A', 0), ofPiece('[SEP]', 0)],
    pair: [ofPiece('[CLS]', 0), ofSequence('A', 0), ofPiece('[SEP]', 0), ofSequence('B', 1), ofPiece('[SEP]', 1)],
    special_tokens: Object.fromEntries(
      ['[CLS]', '[SEP]'].map(id => [id, { id, ids: [special.indexOf(id)], tokens: [id] }]),
    ),
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(wordPieceWords.map((word, id) => [word, id])),
  },
};

/** The config of a BERT of this class that is as small as can be, with `wordPieceWords` as its vocabulary. */
export function smallBertConfig(name: string, more: Readonly<Record<string, unknown>> = {}) {
  return {
    ...{ model_type: 'bert', architectures: [`BertFor${name}`], vocab_size: wordPieceWords.length },
    ...{ hidden_size: 8, intermediate_size: 6, num_attention_heads: 2, num_hidden_layers: 1 },
    ...{ max_position_embeddings: 24, ...more },
  };
}
