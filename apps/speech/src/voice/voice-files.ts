import type { VoiceFile } from '@residual/model-voice-en';

/** The names of the files of the voice. */
const voiceFiles: readonly VoiceFile[] = [
  ...(['config.json', 'model.safetensors', 'vocab.json', 'tokenizer_config.json'] as const),
  ...(['voice.json', 'dictionary.bin', 'vocoder/config.json', 'vocoder/model.safetensors'] as const),
  ...(['letters/config.json', 'letters/generation_config.json', 'letters/model.safetensors'] as const),
  ...(['letters/tokenizer.json', 'letters/tokenizer_config.json'] as const),
];

const addressOf = (name: VoiceFile) => new URL(`../models/voice-en/${name}`, document.baseURI).href;

/** The addresses of the files of the voice. */
export function shippedVoice(): Record<string, string> {
  return Object.fromEntries(voiceFiles.map(name => [name, addressOf(name)]));
}

/** The addresses of the files of its small model that turns letters into sounds. */
export function shippedLetters(): Record<string, string> {
  const names = voiceFiles.filter(name => name.startsWith('letters/'));
  return Object.fromEntries(names.map(name => [name.replace('letters/', ''), addressOf(name)]));
}

/** The address of the pronouncing dictionary. */
export const dictionaryAddress = (): string => addressOf('dictionary.bin');
