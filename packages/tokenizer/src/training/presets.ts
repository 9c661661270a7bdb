import { byteAlphabet } from '../text/byte-alphabet.js';

/** A component as `tokenizer.json` describes it. */
export type ComponentConfig = { readonly type: string; readonly [setting: string]: unknown };

/** The kinds of tokenizers that can be trained. */
export type TrainKind = 'byte-level-bpe' | 'bpe' | 'wordpiece' | 'unigram';

/** The components around a model, as `tokenizer.json` describes them. */
export interface PipelineConfig {
  /** Normalizes texts; null: none. */
  readonly normalizer?: ComponentConfig | null;
  /** Splits texts into pre-tokens; null: none. */
  readonly preTokenizer?: ComponentConfig | null;
  /** Adds special tokens; null: none. */
  readonly postProcessor?: ComponentConfig | null;
  /** Turns tokens into text; null: tokens are joined by spaces. */
  readonly decoder?: ComponentConfig | null;
}

/** The defaults of a kind. */
export interface TrainingPreset extends PipelineConfig {
  readonly specialTokens: readonly string[];
  readonly unkToken?: string;
  readonly initialAlphabet?: Iterable<string>;
  readonly continuingSubwordPrefix?: string;
}

const spaces = { replacement: '▁', prepend_scheme: 'always', split: true };
const bytes = { add_prefix_space: false, trim_offsets: true, use_regex: true };

/** The defaults of each kind: the components of GPT-2, of BERT, and of SentencePiece. */
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
