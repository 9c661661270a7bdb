/**
 * How hertz become mels: `htk` and `kaldi` are logarithmic (O'Shaughnessy 1987), 2595 log₁₀(1 + f / 700) and
 * 1127 ln(1 + f / 700); `slaney` is linear below 1000 Hz and logarithmic above (Slaney's Auditory Toolbox 1998).
 */
export type MelScale = 'htk' | 'kaldi' | 'slaney';

const slaneyStep = 27 / 1.856297990365626; // 27 / ln 6.4

/** A frequency in Hz on a mel scale. */
export function hertzToMel(hertz: number, scale: MelScale): number {
  if (scale === 'htk') return 2595 * Math.log10(1 + hertz / 700);
  if (scale === 'kaldi') return 1127 * Math.log(1 + hertz / 700);
  return hertz < 1000 ? (3 * hertz) / 200 : 15 + Math.log(hertz / 1000) * slaneyStep;
}

/** The frequency in Hz of a value on a mel scale. */
export function melToHertz(mel: number, scale: MelScale): number {
  if (scale === 'htk') return 700 * (10 ** (mel / 2595) - 1);
  if (scale === 'kaldi') return 700 * (Math.exp(mel / 1127) - 1);
  return mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp((mel - 15) / slaneyStep);
}
