import { gpt2Config, llamaConfig } from '@residual/families';
import { causalOf, createModel } from '@residual/model';
import type { Tokenizer } from '@residual/tokenizer';
import { characterTokenizer } from '@residual/tokenizer/train';
import { nextToken } from '@residual/train';
import { Command, Option } from 'commander';
import { print } from '../output.js';
import { type Begun, beginTraining } from '../training/begin.js';
import { type Cut, readTexts, split, textCorpus } from '../training/corpus.js';
import { type CommonSettings, withCommonOptions, withSizeOptions } from '../training/options.js';
import { runTraining } from '../training/run.js';
import { endOf, keptTokenizer, tokenizerInFile, trainedTokenizer } from '../training/tokenizers.js';
import { size } from './option-values.js';

interface Settings extends CommonSettings {
  readonly shape: 'gpt2' | 'llama';
  readonly length: number;
  readonly documents: Cut;
  readonly modelDim: number;
  readonly heads: number;
  readonly kvHeads?: number;
  readonly depth: number;
  readonly hiddenDim?: number;
  readonly dropout: number;
  readonly tokenizer?: string;
  readonly tokenizerSize: number;
}

const defaults = {
  shape: 'gpt2',
  length: 64,
  documents: 'none',
  modelDim: 128,
  heads: 4,
  depth: 4,
  dropout: 0,
  tokenizerSize: 4096,
} as const;

/** `residual train lm`: text files to a model that continues texts. */
export function trainLanguageModelCommand(exit: (code: number) => void): Command {
  const command = new Command('lm')
    .description('Train a new GPT-2- or Llama-shaped model on text files, its tokenizer first unless one is given.')
    .argument('[text-files...]', 'UTF-8 texts')
    .addOption(new Option('--shape <name>', 'the architecture (gpt2)').choices(['gpt2', 'llama']))
    .option('--length <n>', 'tokens in a row, and the positions of the model (64)', size)
    .addOption(
      new Option(
        '--documents <cut>',
        'train on windows of the whole text (none), or on documents that are packed and kept apart: lines, paragraphs, files',
      ).choices(['none', 'lines', 'paragraphs', 'files']),
    )
    .option('--kv-heads <n>', 'heads of keys and values, where the shape is llama (as many as heads)', size)
    .option('--tokenizer <file>', "a tokenizer.json, or 'characters' for one token each (a byte-level BPE is trained)")
    .option('--tokenizer-size <n>', 'tokens of the tokenizer that is trained (4096)', size);
  return withCommonOptions(withSizeOptions(command)).action(async (files: string[], _options, self: Command) =>
    exit(await beginTraining<Settings>(self, files, defaults, trainLanguageModel)),
  );
}

async function trainLanguageModel(begun: Begun<Settings>): Promise<number> {
  const { settings, progress } = begun;
  const { files, validationFile, documents, validation: share, seed, length, batch, shape, smoothing } = settings;
  progress.show('reading');
  const texts = await readTexts('train', files);
  const held = validationFile === undefined ? undefined : await readTexts('train', [validationFile]);
  const parts = split(texts, held, { cut: documents, share, seed });
  const tokenizer = await tokenizerOf(begun, parts.training);
  const end = endOf(tokenizer);
  progress.show('encoding');
  const corpus = textCorpus(parts, tokenizer, documents, { length, batch, seed, end });
  const sizes = {
    vocab: tokenizer.vocabSize,
    modelDim: settings.modelDim,
    heads: settings.heads,
    depth: settings.depth,
    positions: length,
    dropout: settings.dropout,
    tokens: { bos: end, eos: end },
    ...(settings.hiddenDim !== undefined && { hiddenDim: settings.hiddenDim }),
  };
  const config =
    shape === 'gpt2'
      ? gpt2Config(sizes)
      : llamaConfig({ ...sizes, ...(settings.kvHeads !== undefined && { kvHeads: settings.kvHeads }) });
  const model = await createModel(config, { seed, tokenizer });
  progress.end();
  print(`${corpus.told}; ${model.describe().parameters.toLocaleString('en-US')} parameters`);
  try {
    const objective = nextToken(causalOf('train', model).layer, { smoothing, positions: length });
    return await runTraining({ model, objective, corpus, result: () => model.save() }, settings, begun);
  } finally {
    model.dispose();
  }
}

/** The tokenizer that was given, or one made of the text; a run that goes on has it in its folder. */
function tokenizerOf(begun: Begun<Settings>, texts: readonly string[]): Promise<Tokenizer> {
  const { tokenizer, tokenizerSize: size } = begun.settings;
  return keptTokenizer(begun, async () => {
    if (tokenizer === 'characters') return characterTokenizer(texts);
    if (tokenizer !== undefined) return tokenizerInFile(tokenizer);
    return trainedTokenizer(texts, { kind: 'byte-level-bpe', size }, begun);
  });
}
