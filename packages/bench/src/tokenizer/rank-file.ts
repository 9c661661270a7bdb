/** A vocabulary in the format of js-tiktoken: lines of a first rank and tokens in base64. */
export interface Ranks {
  readonly bpe_ranks: string;
  readonly special_tokens: Readonly<Record<string, number>>;
}

/** The rank file of a vocabulary. */
export function rankFile({ bpe_ranks }: Ranks): string {
  return tokensOf(bpe_ranks)
    .map(([token, rank]) => `${token} ${rank}`)
    .join('\n');
}

/**
 * The `tokenizer.json` that is equivalent to GPT-2's ranks: each token is the merge of the two tokens that its bytes
 * give before it.
 */
export const gpt2File = (ranks: Ranks): object => bytePairFile(ranks);

/** The same of other ranks, cut like GPT-2's; only of the first `count` of them. */
export function bytePairFile({ bpe_ranks, special_tokens }: Ranks, count = Infinity): object {
  const alphabet = byteAlphabet();
  const ranks = new Map(
    tokensOf(bpe_ranks)
      .filter(([, rank]) => rank < count)
      .map(([token, rank]) => [Array.from(Buffer.from(token, 'base64'), byte => alphabet[byte]!).join(''), rank]),
  );
  const merges = [...ranks].filter(([token]) => token.length > 1).map(([token, rank]) => halves(token, rank, ranks));
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: Object.entries(special_tokens).map(([content, id]) => ({ id, content, ...flags })),
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      vocab: { ...Object.fromEntries(ranks), ...special_tokens },
      merges,
    },
  };
}

function tokensOf(lines: string): [token: string, rank: number][] {
  return lines.split('\n').flatMap(line => {
    const [, first, ...tokens] = line.split(' ');
    return tokens.map((token, index): [string, number] => [token, Number(first) + index]);
  });
}

function halves(token: string, rank: number, ranks: ReadonlyMap<string, number>): string[] {
  const parts = [...token];
  while (parts.length > 2) {
    let [lowest, best] = [rank, -1];
    for (let at = 0; at + 1 < parts.length; at++) {
      const mergedRank = ranks.get(parts[at]! + parts[at + 1]!);
      if (mergedRank !== undefined && mergedRank < lowest) [lowest, best] = [mergedRank, at];
    }
    if (best < 0) throw new Error(`bench: rank ${rank} is made of more than two tokens`);
    parts.splice(best, 2, parts[best]! + parts[best + 1]!);
  }
  return parts;
}

function byteAlphabet(): string[] {
  let spare = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isShown = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCharCode(isShown ? byte : spare++);
  });
}
