import { byteAlphabet } from '../text/byte-alphabet.js';

/** A component as `tokenizer.json` describes it. */
export type ComponentConfig = { readonly type: string; readonly [setting: string]: unknown };

/** The kinds of tokenizers that can be trained. */
export type TrainKind = 'byte-level-bpe' | 'bpe' | 'wordpiece' | 'unigram';

/** What stands around a model: what a text passes through before and after it. */
export interface PipelineConfig {
  /** What texts pass through before they are cut; null: nothing. */
  readonly normalizer?: ComponentConfig | null;
  /** What cuts texts into pieces; null: nothing does. */
  readonly preTokenizer?: ComponentConfig | null;
  /** What is put around the tokens; null: nothing. */
  readonly postProcessor?: ComponentConfig | null;
  /** What makes text of tokens; null: they are joined by spaces. */
  readonly decoder?: ComponentConfig | null;
}

/** What a kind is made of unless told otherwise. */
export interface TrainingPreset extends PipelineConfig {
  readonly specialTokens: readonly string[];
  readonly unkToken?: string;
  readonly initialAlphabet?: Iterable<string>;
  readonly continuingSubwordPrefix?: string;
}

const spaces = { replacement: '▁', prepend_scheme: 'always', split: true };
const bytes = { add_prefix_space: false, trim_offsets: true, use_regex: true };

/** The usual surroundings of each kind: those of GPT-2, of BERT, and of SentencePiece. */
export const trainingPresets: { readonly [kind in TrainKind]: () => TrainingPreset } = {
  'byte-level-bpe': () => ({
    specialTokens: ['<|endoftext|>'],
    preTokenizer: { type: 'ByteLevel', ...bytes },
    decoder: { type: 'ByteLevel', ...bytes },
    initialAlphabet: byteAlphabet(),
  }),
  bpe: () => ({
    specialTokens: ['<unk>'],
    unkToken: '<unk>',
    preTokenizer: { type: 'Metaspace', ...spaces },
    decoder: { type: 'Metaspace', ...spaces },
  }),
  wordpiece: () => ({
    specialTokens: ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'],
    unkToken: '[UNK]',
    continuingSubwordPrefix: '##',
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    preTokenizer: { type: 'BertPreTokenizer' },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  }),
  unigram: () => ({
    specialTokens: ['<unk>', '<s>', '</s>'],
    unkToken: '<unk>',
    normalizer: {
      type: 'Sequence',
      normalizers: [{ type: 'Nmt' }, { type: 'NFKC' }, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }],
    },
    preTokenizer: { type: 'Metaspace', ...spaces },
    decoder: { type: 'Metaspace', ...spaces },
  }),
};
