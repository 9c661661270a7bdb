import type { Layer } from '@residual/layers';
import type { Tensor } from '@residual/tensor';
import type {
  AudioModel,
  CrossLayer,
  EncoderDecoder,
  FeatureInputNeeds,
  ImageInputs,
  ImageModel,
  ImageTokenizer,
  LanguageModel,
  TensorLayer,
  TextModel,
  Tower,
  TwoTowerModel,
} from '@residual/transformer';
import type { StoredArrays } from './checkpoint/stored-arrays.js';
import type { Config } from './config/config.js';
import type { GgufTable } from './gguf/table.js';
import type { FrameScale } from './speech/frame-scale.js';
import type { HifiGan } from './speech/hifi-gan-layer.js';
import type { AutoregressiveSynthesizer, ParallelSynthesizer } from './speech/synthesizer.js';

/** The properties of every composition. */
interface CompositionInfo {
  /** The longest sequence that the model is made for. */
  readonly maxPositions: number;
  /** Whether longer sequences can be computed too, as with rotary and relative positions; false if absent. */
  readonly openEnded?: boolean;
  /** The number of blocks of the language model or of the decoder. */
  readonly depth: number;
  readonly heads: number;
}

/** A decoder-only language model. */
export interface CausalComposition extends CompositionInfo {
  readonly kind: 'causal-lm';
  readonly model: LanguageModel<TensorLayer>;
  /** How many columns and rows of points its first tokens are, if it draws; then come pen up, the end, the start. */
  readonly drawingGrid?: number;
  /** How it paints, if it does: its first tokens are the codes of pictures; then comes the start of a picture. */
  readonly painting?: Painting;
}

/** How a model paints. */
export interface Painting {
  /** Turns codes into pictures and back; its weights lie at `image`. */
  readonly tokenizer: ImageTokenizer;
  /** The size of the pictures in pixels. */
  readonly imageSize: ImageSize;
  /** The rows and columns of the codes of a picture. */
  readonly grid: CodeGrid;
  /** The number of words of a prompt; fewer are padded. */
  readonly promptWords: number;
  /** The token that pads them. */
  readonly padTokenId: number;
}

/** An encoder-decoder, which maps a source to a target. */
export interface SequenceToSequenceComposition extends CompositionInfo {
  readonly kind: 'seq2seq-lm';
  readonly model: EncoderDecoder<TensorLayer, CrossLayer>;
  /** The number of blocks of the encoder. */
  readonly encoderDepth: number;
  readonly encoderHeads: number;
}

/** What the encoder of a speech model reads. */
export type SpeechSource =
  | {
      /** Frames of a log-mel spectrum, [batch, frames, bins]. */
      readonly kind: 'frames';
      readonly bins: number;
      /** How many frames the encoder reads at once; shorter recordings are padded. */
      readonly frames: number;
      /** How many frames become one position of the memory. */
      readonly stride: number;
    }
  | {
      /** Samples, [batch, samples, 1], of any number. */
      readonly kind: 'samples';
    };

/** An encoder-decoder that reads speech and writes a text. */
export interface SpeechComposition extends CompositionInfo {
  readonly kind: 'speech-seq2seq';
  readonly model: EncoderDecoder<TensorLayer, CrossLayer, FeatureInputNeeds>;
  readonly source: SpeechSource;
  /** The number of blocks of the encoder. */
  readonly encoderDepth: number;
  readonly encoderHeads: number;
}

/** What a text model gives: logits of masked tokens, scores of labels, answers, or its hidden states alone. */
export type TextTask =
  | 'masked-lm'
  | 'sequence-classification'
  | 'token-classification'
  | 'question-answering'
  | 'features';

/** What the scores of a classification mean, as Hugging Face transformers names it. */
export type ProblemType = 'regression' | 'single_label_classification' | 'multi_label_classification';

/** A model that reads a text: an encoder with or without a head, or a decoder with a head that judges the text. */
export interface TextComposition extends CompositionInfo {
  readonly kind: TextTask;
  readonly model: TextModel;
  /** The value of `architectures` that is written. */
  readonly architecture: string;
  /** The name of the blocks in the tree. */
  readonly side: 'encoder' | 'decoder';
  /** The labels by index; empty if the task has none. */
  readonly labels: readonly string[];
  /** What the scores of a sequence classification mean, where the config says it. */
  readonly problemType?: ProblemType;
}

/** What an image model gives: scores of labels, or one vector for each picture. */
export type ImageTask = 'image-classification' | 'image-features';

/** A model that reads pictures. Its longest sequence is that of a picture of `imageSize`; others work too. */
export interface ImageComposition extends CompositionInfo {
  readonly kind: ImageTask;
  readonly model: ImageModel;
  /** The value of `architectures` that is written. */
  readonly architecture: string;
  /** The size of the pictures that the model is made for, in pixels. */
  readonly imageSize: ImageSize;
  /** The labels by index; empty if the task has none. */
  readonly labels: readonly string[];
  /** What the scores of a classification mean, where the config says it. */
  readonly problemType?: ProblemType;
}

/** What an audio model gives: the logits of tokens at each position, for CTC, or scores of labels. */
export type AudioTask = 'ctc' | 'audio-classification';

/** What an audio model reads: samples [batch, samples, 1], or frames of a log-mel spectrum [batch, frames, bins]. */
export type AudioSource =
  | { readonly kind: 'samples' }
  | {
      readonly kind: 'frames';
      readonly bins: number;
      /** The number of frames that the model is made for. */
      readonly frames: number;
    };

/** A model that reads a sound. */
export interface AudioComposition extends CompositionInfo {
  readonly kind: AudioTask;
  readonly model: AudioModel;
  /** The value of `architectures` that is written. */
  readonly architecture: string;
  readonly source: AudioSource;
  /** How many positions so many samples have, where it reads samples of any number. */
  readonly positionsOf?: (samples: number) => number;
  /** Whether padded positions are hidden, as the model was trained; otherwise recordings are read one by one. */
  readonly masksPadding?: boolean;
  /** The labels by index; empty if the task has none. */
  readonly labels: readonly string[];
  /** What the scores of a classification mean, where the config says it. */
  readonly problemType?: ProblemType;
}

/** What a model that speaks gives: samples, or the frames of a spectrogram, for a vocoder. */
export type SynthesisTask = 'text-to-waveform' | 'text-to-spectrogram';

/** A model that speaks. */
export interface SynthesisComposition extends CompositionInfo {
  readonly kind: SynthesisTask;
  readonly model: ParallelSynthesizer | AutoregressiveSynthesizer;
  /** The value of `architectures` that is written. */
  readonly architecture: string;
  /** Samples in a second, where it makes samples or says it. */
  readonly sampleRate?: number | undefined;
  /** The number of blocks of the encoder. */
  readonly encoderDepth: number;
  readonly encoderHeads: number;
  /** What frames are standardized by, where the config says it: the mean and the deviation of each bin. */
  readonly frameScale?: FrameScale | undefined;
  /** How noise is scaled if nobody says it: that of frames, and that of durations; absent where nothing is drawn. */
  readonly noiseScale?: number;
  readonly durationNoiseScale?: number;
}

/** A vocoder, which turns the frames of a spectrogram into samples. */
export interface VocoderComposition extends CompositionInfo {
  readonly kind: 'vocoder';
  readonly model: HifiGan;
  /** The value of `architectures` that is written. */
  readonly architecture: string;
  /** Samples in a second. */
  readonly sampleRate: number;
}

/** A vocoder by a source and filters: the tensors give envelopes, of which `sourceFilter` makes samples. */
export interface SourceFilterComposition extends CompositionInfo {
  readonly kind: 'source-filter';
  readonly model: SourceFilterModel;
  /** The value of `architectures` that is written. */
  readonly architecture: string;
  /** Samples in a second. */
  readonly sampleRate: number;
}

/**
 * Frames [batch, length, bins], less their mean over their deviation, to ln of the magnitudes of the filters of pulses
 * and of noise, [batch, length, 2 · points].
 */
// biome-ignore lint/suspicious/noExplicitAny: a model of any needs
export interface SourceFilterModel<Needs = any> extends Layer<Needs, Tensor, Tensor>, FrameScale {
  readonly bins: number;
  readonly points: number;
  /** The bins that hold ln of the pitch in Hz, and how much a frame is voiced. */
  readonly pitchBin: number;
  readonly voicingBin: number;
  /** Samples from one frame to the next. */
  readonly hop: number;
}

/** Height and width in pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** A model of pictures and one of texts that map both into one space; the sizes are those of the texts. */
export interface ImageTextComposition extends CompositionInfo {
  readonly kind: 'image-text';
  readonly model: TwoTowerModel<ImageModel | Tower<ImageInputs>, TextModel>;
  /** The size of the pictures that the model is made for; absent if it reads patches of pictures of any size. */
  readonly imageSize?: ImageSize;
  /** The number of blocks of the image model. */
  readonly imageDepth: number;
  readonly imageHeads: number;
  /** The name of the blocks of the text model in the tree. */
  readonly side: 'text.encoder' | 'text.decoder';
  /** How logits become scores: over all texts of a picture together, or for each text by itself. */
  readonly scores: 'softmax' | 'sigmoid';
  /** Whether all texts are padded to `maxPositions` and the padding is read, as the model was trained. */
  readonly readsPadding: boolean;
}

/** An autoencoder of pictures by way of codes. Its longest sequence is the number of codes of a picture. */
export interface ImageTokensComposition extends CompositionInfo {
  readonly kind: 'image-tokens';
  readonly model: ImageTokenizer;
  /** The value of `architectures` that is written. */
  readonly architecture: string;
  /** The size of the pictures in pixels. */
  readonly imageSize: ImageSize;
  /** The rows and columns of the codes. */
  readonly grid: CodeGrid;
}

/** How many codes a picture has. */
export interface CodeGrid {
  readonly rows: number;
  readonly columns: number;
}

/** The model that a config describes, with its properties. */
export type Composition =
  | CausalComposition
  | SequenceToSequenceComposition
  | SpeechComposition
  | TextComposition
  | ImageComposition
  | ImageTextComposition
  | ImageTokensComposition
  | AudioComposition
  | VocoderComposition
  | SourceFilterComposition
  | SynthesisComposition;

/**
 * Maps one tensor of a checkpoint to weight paths. `*` stands for the number of the block, a second one for that of a
 * part of it; a name that starts with `/` has no prefix. Several paths are members of one tensor, along the out axis:
 * one after the other, unless `interleaved`.
 */
export interface WeightMapping {
  /** Its name; `#` stands for the number of the expert, where each expert has a tensor of its own. */
  readonly checkpointName: string;
  /** Other names under which files hold it, as older ones; they are read and never written. */
  readonly otherNames?: readonly string[];
  readonly path: string | readonly string[];
  /** Whether the checkpoint stores the matrix as [in, out]. */
  readonly transposed?: boolean;
  /**
   * The number of blocks that each hold a share of the rows of every member: one for each head of the last member, one
   * for each row, or this number.
   */
  readonly interleaved?: 'heads' | 'rows' | number;
  /** Whether the tensor has the experts along an additional first axis. */
  readonly stacked?: boolean;
  /**
   * The order in which the checkpoint has the axes that the matrix joins along in (`inAxes` of `matrix`), each as an
   * axis of its own: [2, 0, 1] for a matrix [out, height · width · channels] that is stored as [out, channels, height,
   * width].
   */
  readonly inAxes?: readonly number[];
  /**
   * The position of an additional axis of length 1 in the checkpoint; [0, 0] for two of them before all others, [1, 1]
   * for two after the first.
   */
  readonly unitAxis?: 0 | 1 | readonly [0, 0] | readonly [1, 1];
  /** The value of all entries where a checkpoint lacks the tensor; it must have the tensor if absent. */
  readonly defaultValue?: number;
  /** The mapping applies only if the composition also has this path. */
  readonly requires?: string;
}

/** A tensor that a checkpoint may contain in addition to the weights: computed, not learned. */
export interface Buffer {
  /** Matches its names, with and without the prefix. */
  readonly name: RegExp;
  /**
   * Finds the first entry that differs from the computed value; undefined if none does. Without it the values are not
   * checked.
   */
  readonly findDifference?: (values: Float32Array, shape: readonly number[], config: Config) => Difference | undefined;
  /**
   * Whether values that differ are used, as the `storedFrequencies` of `compose`, if all such tensors of the checkpoint
   * are equal; otherwise they are an error.
   */
  readonly areFrequencies?: boolean;
  /**
   * What is written into every checkpoint: the number that Hugging Face transformers expects and leaves undefined if it
   * is missing, or a table of the composition.
   */
  readonly saved?: SavedNumber | SavedTable;
}

/** A number [] that is written beside each weight of a kind. */
export interface SavedNumber {
  /** Its name in the checkpoint, as in a mapping. */
  readonly checkpointName: string;
  /** The path of the weights beside which it is. */
  readonly beside: string;
  readonly value: number;
}

/** A table of the composition that is written, if the composition has it. */
export interface SavedTable {
  /** Its name in the checkpoint, as in a mapping. */
  readonly checkpointName: string;
  /** Its path, as in a mapping. */
  readonly path: string;
}

/** The first entry of a tensor that differs, and the value it should have. */
export interface Difference {
  readonly index: number;
  readonly expected: number;
}

/** A position table that a formula computes and that a checkpoint may contain too. */
export interface PositionTable {
  /** Its name in the checkpoint, as in a mapping. */
  readonly checkpointName: string;
  /** The paths that the table may have in the tree; the first that exists is used. */
  readonly paths: readonly string[];
  /** The number of rows before the first position in the checkpoint's table; 0 if absent. */
  readonly offset?: number;
  /**
   * Whether a table that differs from the formula is used (`storedPositionTables` of `compose`); otherwise it is an
   * error.
   */
  readonly mayDiffer?: boolean;
  /** Whether Hugging Face transformers expects it in every checkpoint. */
  readonly alwaysSaved?: boolean;
}

/** Settings of `compose`. */
export interface ComposeOptions {
  /** Unknown config fields that do not change the results. */
  readonly ignoreConfig?: readonly string[];
  /** Whether position tables are read from the checkpoint as weights, instead of the family's formula. */
  readonly storedPositionTables?: boolean;
  /** The frequencies of rotary positions that the checkpoint has, instead of the family's formula. */
  readonly storedFrequencies?: readonly number[];
  /** Whether a pooler of an image model is left out, because the checkpoint has none; false if absent. */
  readonly withoutPooler?: boolean;
}

/** A published architecture as data: config to model, and weight names in both directions. */
export interface Family<Composed extends Composition = Composition> {
  readonly name: string;
  /** Values of `model_type`. */
  readonly modelTypes: readonly string[];
  /** Values of `architectures`; the first is written to new configs. */
  readonly architectures: readonly string[];
  /** Composes the model of a config. Errors on fields that are not understood. */
  readonly compose: (config: Config, options?: ComposeOptions) => Composed;
  readonly mappings: readonly WeightMapping[];
  /** The prefix of checkpoint names. It is written; a checkpoint may lack it. */
  readonly prefix: string;
  /** The computed tensors that a checkpoint may contain. */
  readonly buffers: readonly Buffer[];
  /** The position tables that a checkpoint may contain. */
  readonly positionTables?: readonly PositionTable[];
  /** Aliases of tied tensors by the name that is written. A checkpoint may contain several if they are equal. */
  readonly aliases: Readonly<Record<string, string | readonly string[]>>;
  /** The alias that names the head. */
  readonly head?: string;
  /**
   * The config fields that must change together with `tie_word_embeddings: false`, so that only the head becomes
   * untied.
   */
  readonly untiedConfig?: (config: Config) => Config;
  /**
   * Further names under which a tensor is written if the head is untied: Hugging Face transformers unties all at once.
   */
  readonly copies?: Readonly<Record<string, readonly string[]>>;
  /**
   * The taps of the hidden states that Hugging Face transformers returns, where they are not the embedded input, the
   * output of each block but the last, and that of the decoder.
   */
  readonly hiddenStatePaths?: (depth: number) => readonly string[];
  /**
   * Whether Hugging Face transformers returns the mean over the heads in the place of the attention weights of each.
   */
  readonly averagesAttentions?: boolean;
  /**
   * The arrays of a checkpoint as the mappings name them, where files hold them in another way too, such as weights by
   * magnitude and direction; they are written as the mappings say.
   */
  readonly unified?: (stored: StoredArrays) => StoredArrays;
  /** How GGUF files hold its models; undefined if llama.cpp does not have them. */
  readonly gguf?: GgufTable;
}
