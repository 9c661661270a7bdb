import { speechTokenNames } from '@residual/pronunciation';
import { bins } from './features.js';
import type { SpeechSettings } from './speech.js';

/** The `config.json` of a small FastSpeech2Conformer that makes the frames of `speechFrames`. */
export function acousticConfig({ modelDim, heads, depth, encoderDepth, hiddenDim = 2 * modelDim }: SpeechSettings) {
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
  };
}

/** A tokenizer.json whose tokens stand between spaces. */
export function tokenizerText(names: readonly string[]): object {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordLevel',
      vocab: Object.fromEntries(names.map((name, id) => [name, id])),
      unk_token: '<pad>',
    },
  };
}
