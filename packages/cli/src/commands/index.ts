import { Command } from 'commander';

/** Makes a command; `exit` is told its exit code. */
type Make = (exit: (code: number) => void) => Command;

/** A command by its name: what a list of commands says of it, and how it is loaded, or the commands below it. */
export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  readonly load?: () => Promise<Make>;
  readonly commands?: readonly CommandEntry[];
}

/** All commands, in the order of the help. Only the one that is asked for is loaded: each brings what it needs. */
export const entries: readonly CommandEntry[] = [
  {
    name: 'generate',
    description: 'Continue a prompt with a published checkpoint. Settings left out follow its generation_config.json.',
    load: async () => (await import('./generate.js')).generateCommand,
  },
  {
    name: 'translate',
    description:
      'Translate lines with an encoder-decoder: a text, a file, or standard input. Settings left out follow its generation_config.json.',
    load: async () => (await import('./translate.js')).translateCommand,
  },
  {
    name: 'analogy',
    description: "Compute with word vectors: 'king - man + woman' comes near to queen.",
    load: async () => (await import('./analogy.js')).analogyCommand,
  },
  {
    name: 'evaluate',
    description: 'Measure how good a model or word vectors are.',
    commands: [
      {
        name: 'lm',
        description:
          'Say how well a language model predicts texts: loss and perplexity, each token but the first counted once.',
        load: async () => (await import('./evaluate-lm.js')).evaluateLanguageModelCommand,
      },
      {
        name: 'translation',
        description: 'Translate sentences and compare with references: BLEU and chrF, as sacreBLEU computes them.',
        load: async () => (await import('./evaluate-translation.js')).evaluateTranslationCommand,
      },
      {
        name: 'analogies',
        description: 'Answer analogy questions (b - a + c) and count: by category, covered and total.',
        load: async () => (await import('./evaluate-analogies.js')).evaluateAnalogiesCommand,
      },
      {
        name: 'similarity',
        description: "Compare cosines with people's ratings of pairs of words: Spearman's rank correlation.",
        load: async () => (await import('./evaluate-similarity.js')).evaluateSimilarityCommand,
      },
    ],
  },
  {
    name: 'parity',
    description:
      'Compare a checkpoint with the reference outputs beside it (golden.safetensors, golden.json), tensor by tensor, or a tokenizer (tokenizer.json, golden.json), text by text.',
    load: async () => (await import('./parity.js')).parityCommand,
  },
  {
    name: 'describe',
    description:
      'Parts, shapes, parameters, bytes, operations per token, and the census of matrices by what they are for.',
    load: async () => (await import('./describe.js')).describeCommand,
  },
  {
    name: 'tokenize',
    description:
      'Show the tokens of a text, of a file, or of what comes on standard input: ids, tokens and where they are.',
    load: async () => (await import('./tokenize.js')).tokenizeCommand,
  },
  {
    name: 'train',
    description:
      'Train a new model on texts or pairs, or fine-tune a checkpoint; the result is a checkpoint that Python opens too.',
    commands: [
      {
        name: 'lm',
        description: 'Train a new GPT-2- or Llama-shaped model on text files, its tokenizer first unless one is given.',
        load: async () => (await import('./train-lm.js')).trainLanguageModelCommand,
      },
      {
        name: 'seq2seq',
        description:
          'Train a new Marian-shaped translator on pairs, one a line with a tab between; its tokenizer first unless one is given.',
        load: async () => (await import('./train-seq2seq.js')).trainTranslatorCommand,
      },
      {
        name: 'lora',
        description:
          'Fine-tune a checkpoint on text files: its weights stay, small matrices beside them are trained, and the result is both the adapter and the merged checkpoint.',
        load: async () => (await import('./train-lora.js')).trainLoraCommand,
      },
    ],
  },
  {
    name: 'train-tokenizer',
    description: 'Learn a tokenizer from text files, line by line, and write its tokenizer.json.',
    load: async () => (await import('./train-tokenizer.js')).trainTokenizerCommand,
  },
];

/** Adds commands to the one above them: whole the one that `words` begins with, of the others the name and description. */
export async function addCommands(
  parent: Command,
  entries: readonly CommandEntry[],
  words: readonly string[],
  exit: (code: number) => void,
): Promise<void> {
  const [wanted, ...rest] = words;
  for (const { name, description, load, commands } of entries) {
    const isWanted = name === wanted;
    const make = isWanted ? await load?.() : undefined;
    const command = (make?.(exit) ?? new Command(name)).description(description).exitOverride();
    if (commands) await addCommands(command, commands, isWanted ? rest : [], exit);
    parent.addCommand(command);
  }
}
