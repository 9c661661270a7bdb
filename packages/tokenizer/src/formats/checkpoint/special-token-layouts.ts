import { m2m100Languages, mbart50Languages, mbartLanguages, nllbLanguages } from './languages.js';
import type { CheckpointSettings, SpecialTokensMap } from './settings.js';

/**
 * How a model family extends a SentencePiece model: the ids of the pieces, additional tokens, and the template around a
 * text.
 */
export interface SpecialTokenLayout {
  readonly specialTokens: SpecialTokensMap;
  /** Tokens with fixed ids. They replace pieces of the same name. */
  readonly fixedIds: Readonly<Record<string, number>>;
  /** The id of a piece is its index in the model plus this. */
  readonly idOffset: number;
  /** `$A` and `$B` stand for the texts; `$B:1` has type id 1. All other items are tokens. */
  readonly single: readonly string[];
  readonly pair: readonly string[];
  /** Normalizers that run before the model's own, in the form of `tokenizer.json`. */
  readonly normalizersBefore?: readonly { readonly type: string }[];
}

const consecutiveIds = (tokens: readonly string[], from: number) =>
  Object.fromEntries(tokens.map((token, index) => [token, from + index]));
const fairseqIds = { '<s>': 0, '<pad>': 1, '</s>': 2, '<unk>': 3 };
const fairseqSpecialTokens: SpecialTokensMap = {
  bos: '<s>',
  eos: '</s>',
  sep: '</s>',
  cls: '<s>',
  unk: '<unk>',
  pad: '<pad>',
  mask: '<mask>',
};

/** The ids of fairseq: its special tokens, the `count` pieces, a token for each language, and the mask. */
const withLanguages = (codes: readonly string[], count: number) => ({
  specialTokens: fairseqSpecialTokens,
  fixedIds: { ...fairseqIds, ...consecutiveIds([...codes, '<mask>'], count + 1) },
  idOffset: 1,
});

const eosTemplate = (around: (text: string) => string[]) => ({
  single: around('$A'),
  pair: [...around('$A'), '$B', '</s>'],
});

/** Published models have 100 extra ids. */
const maxExtraIds = 10_000;

/** The layout of a family for a model of `count` pieces. Unknown families use the ids of the model. */
export function specialTokenLayout(settings: CheckpointSettings, count: number): SpecialTokenLayout {
  const { fields, family } = settings;
  const language = (fallback: string) => fields.string('src_lang', fallback);
  switch (family) {
    case 't5':
    case 'mt5':
    case 'umt5': {
      const extras = fields.count('extra_ids', family === 't5' ? 100 : 0, maxExtraIds);
      const names = Array.from({ length: extras }, (_, index) => `<extra_id_${extras - 1 - index}>`);
      return {
        specialTokens: { eos: '</s>', unk: '<unk>', pad: '<pad>' },
        fixedIds: consecutiveIds(names, count),
        idOffset: 0,
        ...eosTemplate(text => [text, '</s>']),
      };
    }
    case 'albert':
      return { ...albert(settings), idOffset: 0, fixedIds: {} };
    case 'xlnet':
      return {
        specialTokens: {
          bos: '<s>',
          eos: '</s>',
          unk: '<unk>',
          sep: '<sep>',
          pad: '<pad>',
          cls: '<cls>',
          mask: '<mask>',
        },
        fixedIds: {},
        idOffset: 0,
        single: ['$A', '<sep>', '<cls>:2'],
        pair: ['$A', '<sep>', '$B:1', '<sep>:1', '<cls>:2'],
      };
    case 'xlmroberta':
    case 'xlmrobertaxl':
      return {
        specialTokens: fairseqSpecialTokens,
        fixedIds: { ...fairseqIds, '<mask>': count + 1 },
        idOffset: 1,
        ...bosEosTemplate,
      };
    case 'camembert':
      return {
        specialTokens: fairseqSpecialTokens,
        fixedIds: { '<s>NOTUSED': 0, '<pad>': 1, '</s>NOTUSED': 2, '<unk>': 3, '<unk>NOTUSED': 4, '<mask>': count + 4 },
        idOffset: 4,
        ...bosEosTemplate,
      };
    case 'mbart':
      return {
        ...withLanguages(mbartLanguages(), count),
        single: ['$A', '</s>', language('en_XX')],
        pair: ['$A', '$B', '</s>', language('en_XX')],
      };
    case 'mbart50':
      return {
        ...withLanguages(mbart50Languages(), count),
        single: [language('en_XX'), '$A', '</s>'],
        pair: [language('en_XX'), '$A', '$B', '</s>'],
      };
    case 'nllb': {
      const suffix = fields.boolean('legacy_behaviour', false);
      const around = (texts: readonly string[]) =>
        suffix ? [...texts, '</s>', language('eng_Latn')] : [language('eng_Latn'), ...texts, '</s>'];
      return { ...withLanguages(nllbLanguages(), count), single: around(['$A']), pair: around(['$A', '$B']) };
    }
    case 'pegasus': {
      const masks = ['<mask_1>', '<mask_2>', ...Array.from({ length: 101 }, (_, index) => `<unk_${index + 2}>`)];
      return {
        specialTokens: { eos: '</s>', unk: '<unk>', pad: '<pad>', mask: '<mask_2>' },
        fixedIds: { '<pad>': 0, '</s>': 1, ...consecutiveIds(masks, 2) },
        idOffset: 103,
        single: ['$A', '</s>'],
        pair: ['$A', '$B', '</s>'],
      };
    }
    default:
      return defaultLayout(settings);
  }
}

const bosEosTemplate = {
  single: ['<s>', '$A', '</s>'],
  pair: ['<s>', '$A', '</s>', '</s>', '$B', '</s>'],
};

/** M2M-100: `vocab.json` has the ids of the pieces, and the languages follow. */
export function m2m100Layout({ fields }: CheckpointSettings, count: number): Omit<SpecialTokenLayout, 'idOffset'> {
  const source = `__${fields.string('src_lang', 'en').replace(/^__|__$/g, '')}__`;
  return {
    specialTokens: { bos: '<s>', eos: '</s>', sep: '</s>', unk: '<unk>', pad: '<pad>' },
    fixedIds: consecutiveIds(m2m100Languages(), count),
    single: [source, '$A', '</s>'],
    pair: [source, '$A', '$B', '</s>'],
  };
}

function albert({
  fields,
}: CheckpointSettings): Pick<SpecialTokenLayout, 'specialTokens' | 'single' | 'pair' | 'normalizersBefore'> {
  const quotes = ['``', "''"].map(quote => ({ type: 'Replace', pattern: { String: quote }, content: '"' }));
  return {
    specialTokens: {
      bos: '[CLS]',
      eos: '[SEP]',
      unk: '<unk>',
      sep: '[SEP]',
      pad: '<pad>',
      cls: '[CLS]',
      mask: '[MASK]',
    },
    single: ['[CLS]', '$A', '[SEP]'],
    pair: ['[CLS]', '$A', '[SEP]', '$B:1', '[SEP]:1'],
    normalizersBefore: [
      ...quotes,
      ...(fields.boolean('keep_accents', false) ? [] : [{ type: 'NFKD' }, { type: 'StripAccents' }]),
      ...(fields.boolean('do_lower_case', true) ? [{ type: 'Lowercase' }] : []),
    ],
  };
}

/** Llama, Gemma and others: a bos token in front, unless the settings say otherwise. */
function defaultLayout({ fields, family }: CheckpointSettings): SpecialTokenLayout {
  const addsBos = ['llama', 'codellama', 'mistral', 'mixtral', 'gemma', 'gemma2', 'gemma3', 'phi3'].includes(family);
  const bos = fields.boolean('add_bos_token', addsBos) ? ['bos'] : [];
  const eos = fields.boolean('add_eos_token', false) ? ['eos'] : [];
  return {
    specialTokens: {},
    fixedIds: {},
    idOffset: 0,
    single: [...bos, '$A', ...eos],
    pair: [...bos, '$A', ...eos, ...bos.map(token => `${token}:1`), '$B:1', ...eos.map(token => `${token}:1`)],
  };
}
