import { failFile } from '../../errors.js';
import type { Tokenizer } from '../../tokenizer.js';
import { tokenizerFromJson } from '../json/load.js';
import {
  type CheckpointSettings,
  collectAddedTokens,
  parseObject,
  type SpecialTokensMap,
  specialTokenSettings,
  specialTokensMapOf,
} from './settings.js';

const endOfText = '<|endoftext|>';
const gpt2SpecialTokens: SpecialTokensMap = { bos: endOfText, eos: endOfText, unk: endOfText };
const robertaSpecialTokens: SpecialTokensMap = {
  bos: '<s>',
  eos: '</s>',
  unk: '<unk>',
  sep: '</s>',
  pad: '<pad>',
  cls: '<s>',
  mask: '<mask>',
};
const clipSpecialTokens: SpecialTokensMap = { bos: '<|startoftext|>', eos: endOfText, unk: endOfText, pad: endOfText };
const robertaFamilies = ['roberta', 'bart', 'longformer', 'led', 'mvp', 'blenderbot', 'deberta'];

/** Byte-level BPE from `vocab.json` and `merges.txt`, with the settings of GPT-2, of RoBERTa and BART, or of CLIP. */
export function bpeFromFiles(vocabText: string, mergesText: string, settings: CheckpointSettings): Tokenizer {
  const { fields, family } = settings;
  const vocab = parseObject(vocabText, 'vocab.json');
  const isRoberta = robertaFamilies.includes(family);
  const isClip = family === 'clip';
  const specialTokens = specialTokensMapOf(
    settings,
    isClip ? clipSpecialTokens : isRoberta ? robertaSpecialTokens : gpt2SpecialTokens,
  );
  const idOf = (token: string) => {
    const id = Object.hasOwn(vocab, token) ? vocab[token] : undefined;
    return typeof id === 'number' ? id : undefined;
  };
  const addPrefixSpace = fields.boolean('add_prefix_space', false);
  const byteLevel = { type: 'ByteLevel', add_prefix_space: addPrefixSpace, trim_offsets: true, use_regex: true };
  const around = (token: string | undefined): [string, number] =>
    token === undefined
      ? failFile('tokenizer_config.json names no token to put around a text')
      : [token, idOf(token) ?? failFile(`vocab.json has no token "${token}" to put around a text`)];
  const json = {
    added_tokens: collectAddedTokens(settings, specialTokens, idOf),
    ...(isClip
      ? {
          normalizer: {
            type: 'Sequence',
            normalizers: [
              { type: 'NFC' },
              { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
              { type: 'Lowercase' },
            ],
          },
          pre_tokenizer: {
            type: 'Sequence',
            pretokenizers: [
              { type: 'Split', pattern: { Regex: clipPattern }, behavior: 'Removed', invert: true },
              { ...byteLevel, add_prefix_space: false },
            ],
          },
          post_processor: robertaProcessing(around(specialTokens.bos), around(specialTokens.eos), {
            trimOffsets: false,
            addPrefixSpace: false,
          }),
        }
      : {
          pre_tokenizer: byteLevel,
          ...(isRoberta && {
            post_processor: robertaProcessing(around(specialTokens.cls), around(specialTokens.sep), {
              trimOffsets: true,
              addPrefixSpace,
            }),
          }),
        }),
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      vocab,
      merges: readMergesText(mergesText),
      ...(isClip && { unk_token: specialTokens.unk, end_of_word_suffix: '</w>' }),
    },
  };
  return tokenizerFromJson(json, { config: { ...settings.values, ...specialTokenSettings(specialTokens) } });
}

const clipPattern = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

const robertaProcessing = (
  cls: [string, number],
  sep: [string, number],
  { trimOffsets, addPrefixSpace }: { trimOffsets: boolean; addPrefixSpace: boolean },
) => ({ type: 'RobertaProcessing', cls, sep, trim_offsets: trimOffsets, add_prefix_space: addPrefixSpace });

/** The pairs of a merges file. Its first line may be a comment with the version. */
export function readMergesText(text: string): string[][] {
  const lines = text.split('\n').map(line => line.replace(/\r$/, ''));
  return lines.flatMap((line, index) => {
    if (line === '' || (index === 0 && line.startsWith('#version'))) return [];
    const pair = line.split(' ');
    return pair.length === 2
      ? [pair]
      : failFile(`line ${index + 1} of merges.txt must be two tokens, it is ${JSON.stringify(line.slice(0, 60))}`);
  });
}
