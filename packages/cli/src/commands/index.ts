import { Command } from 'commander';
import type { CommandDefinition } from '../runtime/command.js';

/** A command: its name, its line in the help, and its loader or its subcommands. */
export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  readonly load?: () => Promise<CommandDefinition>;
  readonly commands?: readonly CommandEntry[];
}

/** All commands, in the order of the help. Only the requested one is loaded, with its dependencies. */
export const entries: readonly CommandEntry[] = [
  {
    name: 'generate',
    description: 'Continue a prompt with a published checkpoint. Its generation_config.json gives the defaults.',
    load: async () => (await import('./generate.js')).generateCommand,
  },
  {
    name: 'chat',
    description: 'Talk with a model that follows instructions, by its own chat template; it may call tools.',
    load: async () => (await import('./chat.js')).chatCommand,
  },
  {
    name: 'translate',
    description:
      'Translate a text, a file or standard input. The generation_config.json of the model gives the defaults.',
    load: async () => (await import('./translate.js')).translateCommand,
  },
  {
    name: 'transcribe',
    description: 'Write what is said in recordings, as text or subtitles, with times of segments or words.',
    load: async () => (await import('./transcribe.js')).transcribeCommand,
  },
  {
    name: 'draw',
    description: 'Draw what words say as an SVG file, or go on with strokes that are there.',
    load: async () => (await import('./draw.js')).drawCommand,
  },
  {
    name: 'speak',
    description: 'Say a text with a model that speaks: a WAV file, and the times of words and phones as JSON.',
    load: async () => (await import('./speak.js')).speakCommand,
  },
  {
    name: 'analogy',
    description: "Compute with word vectors: 'king - man + woman' is nearest to queen.",
    load: async () => (await import('./analogy.js')).analogyCommand,
  },
  {
    name: 'embed',
    description: 'Turn each line of a text into a vector, with a model of sentences or any other that reads texts.',
    load: async () => (await import('./embed.js')).embedCommand,
  },
  {
    name: 'search',
    description: 'Search text files by meaning; the vectors of their passages are kept in an index file.',
    load: async () => (await import('./search.js')).searchCommand,
  },
  {
    name: 'classify',
    description: 'Label each line of a text, with a model such as one of sentiment; best labels first.',
    load: async () => (await import('./classify.js')).classifyCommand,
  },
  {
    name: 'classify-tokens',
    description: 'Find the labelled parts of each line of a text, such as names of persons and places.',
    load: async () => (await import('./classify-tokens.js')).classifyTokensCommand,
  },
  {
    name: 'answer',
    description: 'Find the parts of a text that answer a question.',
    load: async () => (await import('./answer.js')).answerCommand,
  },
  {
    name: 'rerank',
    description: 'Order lines by how well they answer a query, with a cross-encoder that reads both together.',
    load: async () => (await import('./rerank.js')).rerankCommand,
  },
  {
    name: 'fill-mask',
    description: 'Show the most likely tokens in the place of each mask of a text.',
    load: async () => (await import('./fill-mask.js')).fillMaskCommand,
  },
  {
    name: 'classify-image',
    description: 'Label pictures, best labels first.',
    load: async () => (await import('./classify-image.js')).classifyImageCommand,
  },
  {
    name: 'classify-sound',
    description: 'Label recordings, best labels first.',
    load: async () => (await import('./classify-sound.js')).classifySoundCommand,
  },
  {
    name: 'similarity',
    description: 'Compare pictures with the lines of a text, with a model such as CLIP or SigLIP; best lines first.',
    load: async () => (await import('./similarity.js')).similarityCommand,
  },
  {
    name: 'evaluate',
    description: 'Measure the quality of a model or of word vectors.',
    commands: [
      {
        name: 'lm',
        description:
          'Compute the loss and the perplexity of a language model on texts; each token but the first counts once.',
        load: async () => (await import('./evaluate/lm.js')).evaluateLanguageModelCommand,
      },
      {
        name: 'translation',
        description: 'Translate sentences and compare them with references: BLEU and chrF, as in sacreBLEU.',
        load: async () => (await import('./evaluate/translation.js')).evaluateTranslationCommand,
      },
      {
        name: 'speech',
        description:
          "Transcribe recordings and compare them with their texts: word error rate by Whisper's normalizer.",
        load: async () => (await import('./evaluate/speech.js')).evaluateSpeechCommand,
      },
      {
        name: 'voice',
        description: 'Speak sentences, have them written down by a speech model, and count the wrong words.',
        load: async () => (await import('./evaluate/voice.js')).evaluateVoiceCommand,
      },
      {
        name: 'images',
        description: 'Name pictures that a model of pictures and words has never seen, and count the right names.',
        load: async () => (await import('./evaluate/images.js')).evaluateImagesCommand,
      },
      {
        name: 'drawings',
        description: 'Draw words, have the drawings named by a model of pictures and words, and count the right names.',
        load: async () => (await import('./evaluate/drawings.js')).evaluateDrawingsCommand,
      },
      {
        name: 'paintings',
        description:
          'Paint names and colours of things, have them named, and compare with pictures through their codes.',
        load: async () => (await import('./evaluate/paintings.js')).evaluatePaintingsCommand,
      },
      {
        name: 'analogies',
        description: 'Answer analogy questions (b - a + c) and count the correct answers by category.',
        load: async () => (await import('./evaluate/analogies.js')).evaluateAnalogiesCommand,
      },
      {
        name: 'similarity',
        description: "Compare cosines with people's ratings of word pairs: Spearman's rank correlation.",
        load: async () => (await import('./evaluate/similarity.js')).evaluateSimilarityCommand,
      },
    ],
  },
  {
    name: 'parity',
    description:
      'Compare a checkpoint or a tokenizer with the reference outputs in its folder (golden.safetensors, golden.json).',
    load: async () => (await import('./parity.js')).parityCommand,
  },
  {
    name: 'describe',
    description:
      'List parts, shapes, parameters, bytes and operations per token, and count the matrices by their role.',
    load: async () => (await import('./describe.js')).describeCommand,
  },
  {
    name: 'inspect',
    description: 'Look inside a model: what layers predict, what heads attend to, which parts matter.',
    commands: [
      {
        name: 'lens',
        description: 'Show what each layer would predict: its output through the final norm and the head (logit lens).',
        load: async () => (await import('./inspect/lens.js')).inspectLensCommand,
      },
      {
        name: 'tuned-lens',
        description: 'Train a tuned lens, which translates the stream of each layer before it is read.',
        load: async () => (await import('./inspect/tuned-lens.js')).inspectTunedLensCommand,
      },
      {
        name: 'heads',
        description: 'Score heads on a text that repeats itself: previous token, duplicate token, induction.',
        load: async () => (await import('./inspect/heads.js')).inspectHeadsCommand,
      },
      {
        name: 'attribute',
        description: 'Split the logit of a token into what each component adds (direct logit attribution).',
        load: async () => (await import('./inspect/attribute.js')).inspectAttributeCommand,
      },
      {
        name: 'patch',
        description:
          'Put activations of one run into another, one by one, and measure the answer (activation patching).',
        load: async () => (await import('./inspect/patch.js')).inspectPatchCommand,
      },
      {
        name: 'path',
        description: 'Measure the direct effect of each head or part, by way of chosen receivers (path patching).',
        load: async () => (await import('./inspect/path.js')).inspectPathCommand,
      },
      {
        name: 'trace',
        description: 'Hide a subject by noise and restore one state after another (causal tracing).',
        load: async () => (await import('./inspect/trace.js')).inspectTraceCommand,
      },
      {
        name: 'gradients',
        description: 'Show what each token contributes to a logit: gradient × input, integrated gradients.',
        load: async () => (await import('./inspect/gradients.js')).inspectGradientsCommand,
      },
      {
        name: 'attention',
        description: 'Show what tokens attend to, in one head or on average, or through all blocks (rollout).',
        load: async () => (await import('./inspect/attention.js')).inspectAttentionCommand,
      },
      {
        name: 'copying',
        description: 'Score how much each head copies, by the eigenvalues of its value-output circuit.',
        load: async () => (await import('./inspect/copying.js')).inspectCopyingCommand,
      },
      {
        name: 'name-movers',
        description: 'Look for heads that attend to a name and raise its logit.',
        load: async () => (await import('./inspect/name-movers.js')).inspectNameMoversCommand,
      },
      {
        name: 'neurons',
        description: 'Find the places of texts at which neurons fire most.',
        load: async () => (await import('./inspect/neurons.js')).inspectNeuronsCommand,
      },
      {
        name: 'train-autoencoder',
        description: 'Train a sparse autoencoder on activations; SAELens opens the result too.',
        load: async () => (await import('./inspect/train-autoencoder.js')).inspectTrainAutoencoderCommand,
      },
      {
        name: 'features',
        description: 'Show the texts of the features of a sparse autoencoder, and the tokens that they raise.',
        load: async () => (await import('./inspect/features.js')).inspectFeaturesCommand,
      },
      {
        name: 'activations',
        description: 'List tensors of a run by name, with shapes and statistics, or write them to a file.',
        load: async () => (await import('./inspect/activations.js')).inspectActivationsCommand,
      },
    ],
  },
  {
    name: 'tokenize',
    description: 'Show the tokens of a text, a file or standard input: ids, tokens and offsets.',
    load: async () => (await import('./tokenize.js')).tokenizeCommand,
  },
  {
    name: 'train',
    description: 'Train a new model on texts or pairs, or fine-tune a checkpoint; Python opens the result too.',
    commands: [
      {
        name: 'lm',
        description:
          'Train a new GPT-2- or Llama-shaped model on text files, and its tokenizer first unless one is given.',
        load: async () => (await import('./train/lm.js')).trainLanguageModelCommand,
      },
      {
        name: 'seq2seq',
        description:
          'Train a new Marian-shaped translator on pairs of texts, and its tokenizer first unless one is given.',
        load: async () => (await import('./train/seq2seq.js')).trainTranslatorCommand,
      },
      {
        name: 'lora',
        description:
          'Fine-tune a checkpoint on text files with LoRA; the result is both the adapter and the merged checkpoint.',
        load: async () => (await import('./train/lora.js')).trainLoraCommand,
      },
      {
        name: 'images-and-words',
        description:
          'Train a new small model of pictures and words on pictures with labels, and test it with unseen ones.',
        load: async () => (await import('./train/images-and-words.js')).trainImagesAndWordsCommand,
      },
      {
        name: 'keywords',
        description: 'Train a new Keyword Transformer on recordings of words, and test it with unheard speakers.',
        load: async () => (await import('./train/keywords.js')).trainKeywordsCommand,
      },
      {
        name: 'speech',
        description:
          'Train a new voice, a FastSpeech 2 with Conformers, on sentences that a teacher speaks with their phones.',
        load: async () => (await import('./train/speech.js')).trainSpeechCommand,
      },
      {
        name: 'vocoder',
        description: 'Train a new vocoder, a source and filters, on the recordings of a teacher.',
        load: async () => (await import('./train/vocoder.js')).trainVocoderCommand,
      },
      {
        name: 'drawings',
        description: 'Train a new small model that draws what words say, on drawings of Quick, Draw! or your own.',
        load: async () => (await import('./train/drawings.js')).trainDrawingsCommand,
      },
      {
        name: 'image-tokens',
        description: 'Train a new autoencoder that turns pictures into codes and back, and test it with unseen emoji.',
        load: async () => (await import('./train/image-tokens.js')).trainImageTokensCommand,
      },
      {
        name: 'images',
        description:
          'Train a new small model that paints what words say, with the codes of an autoencoder of pictures.',
        load: async () => (await import('./train/images.js')).trainImagesCommand,
      },
    ],
  },
  {
    name: 'quantize',
    description: 'Write a checkpoint with its matrices in fewer bits: int8, int4, f16 or bf16.',
    load: async () => (await import('./quantize.js')).quantizeCommand,
  },
  {
    name: 'convert',
    description: 'Write a checkpoint in another layout: what quantized weights mean, as float32.',
    load: async () => (await import('./convert.js')).convertCommand,
  },
  {
    name: 'train-tokenizer',
    description: 'Train a tokenizer on text files, line by line, and write its tokenizer.json.',
    load: async () => (await import('./train-tokenizer.js')).trainTokenizerCommand,
  },
];

/**
 * Adds commands to their parent: the one that `words` begins with in full, of the others only the name and the
 * description. A command reports its exit code to `exit`.
 */
export async function addCommands(
  parent: Command,
  entries: readonly CommandEntry[],
  words: readonly string[],
  exit: (code: number) => void,
): Promise<void> {
  const [first, ...rest] = words;
  for (const { name, description, load, commands } of entries) {
    const isRequested = name === first;
    const command = new Command(name).description(description).exitOverride();
    const definition = isRequested ? await load?.() : undefined;
    definition?.declare(command).action(async (...values: unknown[]) => {
      const args = values.slice(0, -2); // the options and the command follow them
      exit((await definition.run({ command, args, options: command.opts() })) ?? 0);
    });
    if (commands) await addCommands(command, commands, isRequested ? rest : [], exit);
    parent.addCommand(command);
  }
}
