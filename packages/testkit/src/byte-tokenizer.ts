/** The characters that stand for the 256 bytes in a byte-level vocabulary, as in GPT-2. */
const byteCharacters = (): string[] => {
  const isShown = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    if (isShown(byte)) return String.fromCharCode(byte);
    next += 1;
    return String.fromCharCode(next - 1);
  });
};

/** A `tokenizer.json` with a token for each byte, ids 0 to 255, and these special tokens after them. */
export const byteTokenizerJson = (specialTokens: readonly string[]): string =>
  JSON.stringify({
    version: '1.0',
    added_tokens: specialTokens.map((content, i) => ({
      ...{ id: 256 + i, content, special: true },
      ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
    })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(byteCharacters().map((character, byte) => [character, byte])),
      merges: [],
    },
  });
