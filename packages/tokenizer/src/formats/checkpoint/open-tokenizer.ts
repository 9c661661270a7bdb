import { failFile } from '../../errors.js';
import type { Tokenizer } from '../../tokenizer.js';
import { tokenizerFromJson } from '../json/load.js';
import { familyTokenizer } from './family-tokenizer.js';
import { type CheckpointSettings, type ReadFile, readObject, readSettings, readText } from './settings.js';
import { detectFormat, tokenizerFromFile } from './tokenizer-from-file.js';
import { bpeFromFiles } from './vocab-and-merges.js';
import { sentencePieceWithVocabJson } from './vocab-json.js';
import { wordPieceFromFiles } from './vocab-txt.js';

/** The names of SentencePiece models in published checkpoints. */
const sentencePieceNames = [
  'spiece.model',
  'sentencepiece.bpe.model',
  'tokenizer.model',
  'sentencepiece.model',
  'spm.model',
];

/** What is known about a checkpoint in addition to its files. */
export interface OpenOptions {
  /** The `model_type` of its `config.json`. Default: read from that file. */
  readonly modelType?: string;
}

/**
 * Opens the tokenizer of a published checkpoint from the first of these files that exists: `tokenizer.json`; a
 * SentencePiece model (with `vocab.json` for Marian and M2M-100); `vocab.json` and `merges.txt`; `vocab.txt`. The
 * settings files beside it are applied. Undefined if there are none of these files.
 */
export async function openTokenizer(read: ReadFile, options: OpenOptions = {}): Promise<Tokenizer | undefined> {
  const type = options.modelType ?? (await readObject(read, 'config.json'))?.model_type;
  const modelType = typeof type === 'string' ? type : undefined;
  const json = await readText(read, 'tokenizer.json');
  if (json !== undefined) {
    const [config, specialTokensMap] = await Promise.all(
      ['tokenizer_config.json', 'special_tokens_map.json'].map(name => readText(read, name)),
    );
    return tokenizerFromJson(json, {
      ...(config && { config }),
      ...(specialTokensMap && { specialTokensMap }),
      ...(modelType !== undefined && { modelType }),
    });
  }
  const settings = await readSettings(read, modelType);
  return (await fromSentencePiece(read, settings)) ?? (await fromVocabFiles(read, settings));
}

async function fromSentencePiece(read: ReadFile, settings: CheckpointSettings): Promise<Tokenizer | undefined> {
  const source = await read('source.spm');
  if (source) return fromMarianFiles(read, source, settings);
  for (const name of sentencePieceNames) {
    const model = await read(name);
    if (!model) continue;
    if (detectFormat(model) === 'tiktoken') return tokenizerFromFile(model, { name });
    if (settings.family === 'm2m100') return fromVocabJson(read, name, model, settings);
    return familyTokenizer(model, settings);
  }
  return undefined;
}

async function fromVocabJson(
  read: ReadFile,
  name: string,
  model: Uint8Array,
  settings: CheckpointSettings,
): Promise<Tokenizer> {
  return sentencePieceWithVocabJson(model, await idsOf(read, 'vocab.json', name), settings);
}

/**
 * Marian tokenizes translations with a separate model, `target.spm`. With `separate_vocabs` they also have separate
 * ids.
 */
async function fromMarianFiles(read: ReadFile, source: Uint8Array, settings: CheckpointSettings): Promise<Tokenizer> {
  const vocab = await idsOf(read, 'vocab.json', 'source.spm');
  const isSeparate = settings.fields.boolean('separate_vocabs', false);
  const model = await read('target.spm');
  if (!model) {
    return isSeparate
      ? failFile('separate_vocabs needs the pieces of translations in target.spm, which is missing')
      : sentencePieceWithVocabJson(source, vocab, settings);
  }
  const name = isSeparate ? 'target_vocab.json' : 'vocab.json';
  const target = sentencePieceWithVocabJson(model, await idsOf(read, name, 'target.spm'), settings, { name });
  return sentencePieceWithVocabJson(source, vocab, settings, { target });
}

async function idsOf(read: ReadFile, name: string, model: string): Promise<string> {
  return (await readText(read, name)) ?? failFile(`${model} needs the ids in ${name}, which is missing`);
}

async function fromVocabFiles(read: ReadFile, settings: CheckpointSettings): Promise<Tokenizer | undefined> {
  const [vocab, merges, words] = await Promise.all(
    ['vocab.json', 'merges.txt', 'vocab.txt'].map(name => readText(read, name)),
  );
  if (vocab !== undefined && merges !== undefined) return bpeFromFiles(vocab, merges, settings);
  return words === undefined ? undefined : wordPieceFromFiles(words, settings);
}
