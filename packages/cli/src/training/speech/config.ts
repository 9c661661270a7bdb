import type { FrameScale } from '@residual/families';
import { pauseTokens, speechTokenNames } from '@residual/pronunciation';
import { bins } from './features.js';
import type { SpeechSettings } from './speech.js';

/** The `config.json` of a small FastSpeech2Conformer that makes the frames of `speechFrames`. */
export function acousticConfig(
  { modelDim, heads, depth, encoderDepth, hiddenDim = 2 * modelDim }: SpeechSettings,
  { mean, deviation }: FrameScale,
) {
  return {
    architectures: ['FastSpeech2ConformerModel'],
    model_type: 'fastspeech2_conformer',
    vocab_size: speechTokenNames().length,
    hidden_size: modelDim,
    num_mel_bins: bins,
    encoder_layers: encoderDepth,
    encoder_num_attention_heads: heads,
    encoder_linear_units: hiddenDim,
    encoder_kernel_size: 7,
    encoder_normalize_before: true,
    decoder_layers: depth,
    decoder_num_attention_heads: heads,
    decoder_linear_units: hiddenDim,
    decoder_kernel_size: 7,
    decoder_normalize_before: true,
    use_macaron_style_in_conformer: false,
    speech_decoder_postnet_layers: 0,
    duration_predictor_channels: modelDim,
    pitch_predictor_channels: modelDim,
    pitch_predictor_layers: 2,
    pitch_predictor_kernel_size: 3,
    energy_predictor_channels: Math.ceil(modelDim / 2),
    pad_token_id: 0,
    speaking_speed: 1,
    frame_mean: [...mean],
    frame_deviation: [...deviation],
  };
}

/**
 * The files that say which symbols the voice reads, as `speak` finds them: a secondary stress is read as a stress, and
 * the first pause comes before each sentence.
 */
export function symbolFiles(): ReadonlyMap<string, object> {
  const ids = new Map(speechTokenNames().map((name, id) => [name, id]));
  const stressed = [...ids].flatMap(([name, id]) =>
    name.endsWith('1') ? [[name.replace('1', '2'), id] as const] : [],
  );
  return new Map<string, object>([
    ['vocab.json', Object.fromEntries([...ids, ...stressed])],
    [
      'tokenizer_config.json',
      { phonemize: true, add_blank: false, add_bos_token: true, bos_token: pauseTokens[0], unk_token: '<pad>' },
    ],
  ]);
}
