/** Receives text that belongs to a token. `ends` says whether the token ends with it. */
export type Emit = (text: string, ends: boolean) => void;

/** A running decoder. Tokens go in, whole or in parts, and the text that is certain comes out at once. */
export interface DecoderRun {
  /** Takes the next part of a token. */
  readonly push: Emit;
  /** Called where a special token was skipped, for decoders that depend on it. */
  readonly skipSpecialToken?: () => void;
  /** Emits the text that was held back. Nothing may follow. */
  readonly finish: () => void;
}

/**
 * A decoding step. Whole texts and streams use the same code: a whole text is a stream whose tokens are all pushed at
 * once, so the results cannot differ.
 */
export interface Decoder {
  (emit: Emit): DecoderRun;
  /** The steps of a sequence. */
  readonly steps?: readonly Decoder[];
  /** Whether its output can be much longer than its input. */
  readonly grows?: boolean;
}

/** A decoder that changes each token by itself and needs the whole token. `index` counts tokens from 0. */
export const perToken =
  (change: (token: string, index: number) => string): Decoder =>
  emit => {
    let pending = '';
    let index = 0;
    return {
      push(text, ends) {
        pending += text;
        if (!ends) return;
        emit(change(pending, index++), true);
        pending = '';
      },
      finish() {
        if (pending !== '') emit(change(pending, index), true);
        pending = '';
      },
    };
  };
