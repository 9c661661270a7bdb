/** Takes text that belongs to a token; `ends` says whether the token ends with it. */
export type Emit = (text: string, ends: boolean) => void;

/** One decoding on its way: tokens go in, in parts or whole; what is certain comes out at once. */
export interface DecoderRun {
  /** Takes the next part of a token. */
  readonly push: Emit;
  /** Told where a special token was left out, for decoders to which that makes a difference. */
  readonly skipSpecialToken?: () => void;
  /** Hands out what was held back; nothing may follow. */
  readonly finish: () => void;
}

/**
 * A step from tokens towards text. Whole and streaming decoding are the same run: the whole is a stream that was pushed at
 * once, so the two cannot differ.
 */
export interface Decoder {
  (emit: Emit): DecoderRun;
  /** The steps that a sequence takes. */
  readonly steps?: readonly Decoder[];
  /** Whether it may make more characters of a token than a few. */
  readonly grows?: boolean;
}

/** A decoder that treats each token by itself and needs all of it: `index` counts tokens from 0. */
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
