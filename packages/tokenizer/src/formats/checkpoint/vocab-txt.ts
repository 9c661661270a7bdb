import type { Tokenizer } from '../../tokenizer.js';
import { tokenizerFromJson } from '../json/load.js';
import {
  type CheckpointSettings,
  collectAddedTokens,
  type SpecialTokensMap,
  specialTokenSettings,
  specialTokensMapOf,
} from './settings.js';

const bertSpecialTokens: SpecialTokensMap = { unk: '[UNK]', sep: '[SEP]', pad: '[PAD]', cls: '[CLS]', mask: '[MASK]' };

/** WordPiece from `vocab.txt`, one token per line, as in BERT. */
export function wordPieceFromFiles(vocabText: string, settings: CheckpointSettings): Tokenizer {
  const { fields } = settings;
  const lines = vocabText.split('\n').map(line => line.replace(/\r$/, ''));
  if (lines.at(-1) === '') lines.pop();
  const vocab = Object.fromEntries(lines.map((token, id) => [token, id])); // the last line of a repeated token wins
  const specialTokens = specialTokensMapOf(settings, bertSpecialTokens);
  const idOf = (token: string) => (Object.hasOwn(vocab, token) ? vocab[token] : undefined);
  const withId = (token: string | undefined) => {
    const id = token === undefined ? undefined : idOf(token);
    return id === undefined ? undefined : { id: token!, ids: [id], tokens: [token!] };
  };
  const [cls, sep] = [withId(specialTokens.cls), withId(specialTokens.sep)];
  const json = {
    added_tokens: collectAddedTokens(settings, specialTokens, idOf, false),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: fields.boolean('tokenize_chinese_chars', true),
      strip_accents: fields.raw('strip_accents') ?? null,
      lowercase: fields.boolean('do_lower_case', true),
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    ...(cls && sep && { post_processor: bertTemplate(cls, sep) }),
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      vocab,
      unk_token: specialTokens.unk,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
    },
  };
  return tokenizerFromJson(json, { config: { ...settings.values, ...specialTokenSettings(specialTokens) } });
}

interface Special {
  readonly id: string;
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
}

/** `[CLS] A [SEP]`, and `B [SEP]` with type id 1. */
function bertTemplate(cls: Special, sep: Special): object {
  const token = ({ id }: Special, type: number) => ({ SpecialToken: { id, type_id: type } });
  const sequence = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
  const single = [token(cls, 0), sequence('A', 0), token(sep, 0)];
  return {
    type: 'TemplateProcessing',
    single,
    pair: [...single, sequence('B', 1), token(sep, 1)],
    special_tokens: { [cls.id]: cls, [sep.id]: sep },
  };
}
