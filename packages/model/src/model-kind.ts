import type {
  AudioComposition,
  AudioTask,
  CodeGrid,
  Composition,
  ImageComposition,
  ImageSize,
  ImageTask,
  ImageTextComposition,
  SourceFilterComposition,
  SpeechComposition,
  StandardEncoderDecoder,
  StandardLanguageModel,
  SynthesisComposition,
  TextComposition,
  TextTask,
  VocoderComposition,
} from '@residual/families';
import type { Weights } from '@residual/layers';
import { ResidualError } from '@residual/tensor';
import type { ImageModel, ImageTokenizer, TextModel } from '@residual/transformer';

/** A layer with its weights. */
export interface BoundModel<Layer> {
  readonly layer: Layer;
  readonly weights: Weights<Layer>;
}

/** A model of any kind. */
export interface AnyModel {
  readonly composition: Composition;
  readonly weights: unknown;
  readonly family: { readonly name: string };
}

/**
 * The layer and weights of a decoder-only model. Throws for another kind; `name` is the function named in the error.
 * The default type covers the families of `@residual/families`; for a family with its own layers the caller gives the
 * type.
 */
export function causalOf<Layer = StandardLanguageModel>(
  name: string,
  { composition, weights, family }: AnyModel,
): BoundModel<Layer> {
  if (composition.kind === 'causal-lm') return { layer: composition.model as never, weights: weights as never };
  throw new ResidualError(
    'kind',
    `${name}: ${describeKind(family, composition)}; this works on a model that continues a text`,
  );
}

/** The layer and weights of an encoder-decoder; see `causalOf`. */
export function encoderDecoderOf<Layer = StandardEncoderDecoder>(
  name: string,
  { composition, weights, family }: AnyModel,
): BoundModel<Layer> {
  if (composition.kind === 'seq2seq-lm') return { layer: composition.model as never, weights: weights as never };
  throw new ResidualError('kind', `${name}: ${describeKind(family, composition)}; this works on an encoder-decoder`);
}

/** A text model with its weights. */
export interface BoundTextModel extends BoundModel<TextModel> {
  readonly composition: TextComposition;
}

/**
 * The layer and weights of a text model, such as an encoder with a head, of one of `tasks`; of any task if absent. See
 * `causalOf`.
 */
export function textModelOf(
  name: string,
  { composition, weights, family }: AnyModel,
  tasks?: readonly TextTask[],
): BoundTextModel {
  if (isTextModel(composition) && (tasks?.includes(composition.kind) ?? true))
    return { layer: composition.model, weights: weights as never, composition };
  const needed = tasks ? `a model for ${tasks.join(' or ')}` : 'a model that reads a text';
  throw new ResidualError('kind', `${name}: ${describeKind(family, composition)}; this works on ${needed}`);
}

/** A speech model with its weights. */
export interface BoundSpeechModel extends BoundModel<SpeechComposition['model']> {
  readonly composition: SpeechComposition;
}

/** The layer and weights of an encoder-decoder that reads speech. See `causalOf`. */
export function speechModelOf(name: string, { composition, weights, family }: AnyModel): BoundSpeechModel {
  if (composition.kind === 'speech-seq2seq')
    return { layer: composition.model, weights: weights as never, composition };
  throw new ResidualError('kind', `${name}: ${describeKind(family, composition)}; this works on a model of speech`);
}

/** An audio model with its weights. */
export interface BoundAudioModel extends BoundModel<AudioComposition['model']> {
  readonly composition: AudioComposition;
}

/** The layer and weights of a model that reads sounds, of one of `tasks`; of any if absent. See `causalOf`. */
export function audioModelOf(
  name: string,
  { composition, weights, family }: AnyModel,
  tasks?: readonly AudioTask[],
): BoundAudioModel {
  if (isAudioModel(composition) && (tasks?.includes(composition.kind) ?? true))
    return { layer: composition.model, weights: weights as never, composition };
  const needed = tasks ? `a model for ${tasks.join(' or ')}` : 'a model that reads sounds';
  throw new ResidualError('kind', `${name}: ${describeKind(family, composition)}; this works on ${needed}`);
}

/** Whether a composition reads sounds: for CTC or a classification. */
export function isAudioModel(composition: Composition): composition is AudioComposition {
  return composition.kind === 'ctc' || composition.kind === 'audio-classification';
}

/** Whether a composition is a text model: an encoder, or a decoder with a head that judges a text. */
export function isTextModel(composition: Composition): composition is TextComposition {
  return 'side' in composition && composition.kind !== 'image-text';
}

/** A model of pictures with its weights. */
export interface BoundImageModel extends BoundModel<ImageModel> {
  readonly composition: ImageComposition;
}

/** The layer and weights of a model that reads pictures, of one of `tasks`; of any if absent. See `causalOf`. */
export function imageModelOf(
  name: string,
  { composition, weights, family }: AnyModel,
  tasks?: readonly ImageTask[],
): BoundImageModel {
  if (isImageModel(composition) && (tasks?.includes(composition.kind) ?? true))
    return { layer: composition.model, weights: weights as never, composition };
  const needed = tasks ? `a model for ${tasks.join(' or ')}` : 'a model that reads pictures';
  throw new ResidualError('kind', `${name}: ${describeKind(family, composition)}; this works on ${needed}`);
}

/** A model of pictures and texts with its weights. */
export interface BoundImageTextModel extends BoundModel<ImageTextComposition['model']> {
  readonly composition: ImageTextComposition;
}

/** The layer and weights of a model that compares pictures and texts. See `causalOf`. */
export function imageTextModelOf(name: string, { composition, weights, family }: AnyModel): BoundImageTextModel {
  if (composition.kind === 'image-text') return { layer: composition.model, weights: weights as never, composition };
  const needed = 'a model that compares pictures and texts';
  throw new ResidualError('kind', `${name}: ${describeKind(family, composition)}; this works on ${needed}`);
}

/** An autoencoder of pictures with its weights and sizes. */
export interface BoundImageTokenizer extends BoundModel<ImageTokenizer> {
  readonly imageSize: ImageSize;
  readonly grid: CodeGrid;
}

/** The layer and weights of a model that turns pictures into codes, alone or beside one that paints. See `causalOf`. */
export function imageTokenizerOf(name: string, { composition, weights, family }: AnyModel): BoundImageTokenizer {
  if (composition.kind === 'image-tokens') {
    const { model: layer, imageSize, grid } = composition;
    return { layer, weights: weights as never, imageSize, grid };
  }
  if (composition.kind === 'causal-lm' && composition.painting) {
    const { tokenizer: layer, imageSize, grid } = composition.painting;
    return { layer, weights: (weights as { readonly image: never }).image, imageSize, grid };
  }
  const needed = 'a model that turns pictures into codes';
  throw new ResidualError('kind', `${name}: ${describeKind(family, composition)}; this works on ${needed}`);
}

/** Whether a composition reads pictures alone. */
export function isImageModel(composition: Composition): composition is ImageComposition {
  return composition.kind === 'image-classification' || composition.kind === 'image-features';
}

/** A model that speaks, with its weights. */
export interface BoundSynthesizer extends BoundModel<SynthesisComposition['model']> {
  readonly composition: SynthesisComposition;
}

/** The layer and weights of a model that speaks. See `causalOf`. */
export function synthesizerOf(name: string, { composition, weights, family }: AnyModel): BoundSynthesizer {
  if (isSynthesizer(composition)) return { layer: composition.model, weights: weights as never, composition };
  throw new ResidualError('kind', `${name}: ${describeKind(family, composition)}; this works on a model that speaks`);
}

/** Whether a composition speaks. */
export function isSynthesizer(composition: Composition): composition is SynthesisComposition {
  return composition.kind === 'text-to-waveform' || composition.kind === 'text-to-spectrogram';
}

/** A vocoder with its weights. */
export interface BoundVocoder extends BoundModel<VocoderComposition['model']> {
  readonly composition: VocoderComposition;
}

/** The layer and weights of a vocoder. See `causalOf`. */
export function vocoderOf(name: string, { composition, weights, family }: AnyModel): BoundVocoder {
  if (composition.kind === 'vocoder') return { layer: composition.model, weights: weights as never, composition };
  throw new ResidualError('kind', `${name}: ${describeKind(family, composition)}; this works on a vocoder`);
}

/** A vocoder by a source and filters with its weights. */
export interface BoundSourceFilter extends BoundModel<SourceFilterComposition['model']> {
  readonly composition: SourceFilterComposition;
}

/** The layer and weights of a vocoder by a source and filters. See `causalOf`. */
export function sourceFilterOf(name: string, { composition, weights, family }: AnyModel): BoundSourceFilter {
  if (composition.kind === 'source-filter') return { layer: composition.model, weights: weights as never, composition };
  throw new ResidualError(
    'kind',
    `${name}: ${describeKind(family, composition)}; this works on a vocoder by a source and filters`,
  );
}

/** The number of tokens that a model knows; 0 if it reads pictures or spectrograms alone. */
export function vocabOf(composition: Composition): number {
  if (isImageModel(composition) || composition.kind === 'vocoder' || composition.kind === 'source-filter') return 0;
  if (composition.kind === 'image-tokens') return composition.model.codes;
  return composition.kind === 'image-text' ? composition.model.text.vocab : composition.model.vocab;
}

/** The labels of a classification; none for other models. */
export function labelsOf(composition: Composition): readonly string[] {
  const isLabelled = isTextModel(composition) || isImageModel(composition) || isAudioModel(composition);
  return isLabelled ? composition.labels : [];
}

/** The blocks and heads of the encoder of a composition; 0 of both without one. */
export function encoderSizesOf(composition: Composition): { readonly depth: number; readonly heads: number } {
  if (composition.kind === 'seq2seq-lm' || composition.kind === 'speech-seq2seq' || isSynthesizer(composition))
    return { depth: composition.encoderDepth, heads: composition.encoderHeads };
  if (composition.kind === 'image-text') return { depth: composition.imageDepth, heads: composition.imageHeads };
  const isEncoder =
    isImageModel(composition) ||
    isAudioModel(composition) ||
    (isTextModel(composition) && composition.side === 'encoder');
  return isEncoder ? composition : { depth: 0, heads: 0 };
}

function describeKind({ name }: AnyModel['family'], { kind }: Composition): string {
  if (kind === 'causal-lm') return `${name} continues a text and has no encoder`;
  if (kind === 'speech-seq2seq') return `${name} reads speech`;
  if (kind === 'text-to-waveform' || kind === 'text-to-spectrogram') return `${name} speaks`;
  if (kind === 'vocoder' || kind === 'source-filter') return `${name} is a vocoder`;
  return kind === 'seq2seq-lm' ? `${name} is an encoder-decoder` : `${name} is a model for ${kind}`;
}
