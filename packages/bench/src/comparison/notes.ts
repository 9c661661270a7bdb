/** What a reader must know to judge a line; see each by its name. */
export const noteTexts = {
  frontDoor:
    'Ours is at a disadvantage: it runs loadModel and generate, with all checks and the choice of the token; the ' +
    'peer is one call of its session, or one function of tensors, and an argmax.',
  frontDoorText:
    'Ours is at a disadvantage: it runs model.translate from text to text, tokenizer included; the peer maps tokens ' +
    'to tokens.',
  plainAttention:
    'The peer is at a disadvantage: its graph has attention as MatMul and Softmax, as exported graphs do, and not ' +
    'the fused attention of the runtime.',
  plainOps:
    'The peer is at a disadvantage: it has no fused attention, normalization or gelu, and is composed of many ops.',
  native:
    'The peer is native code with AVX-512 instructions of integers where this machine has them; its cache is ' +
    'float16. Its int8 and int4 are Q8_0 and Q4_0.',
  mapped: 'The peer maps its file into memory, so that loading reads nothing.',
  endToEnd: 'Both sides are whole libraries: a call of generate with greedy choices. The peer computes all logits.',
  activations:
    'The peer rounds activations to 8 bits beside weights in 8 and 4 bits. At the first other token the logits of ' +
    'the two differ by less than 2 % of the largest.',
  onePass: 'What memory allows: one pass of SIMD loads over the bytes of the weights, in a process of its own.',
  cache: 'Both sides are this library. The cache of ours is float32, that of the other side has fewer bits.',
  registers: 'What arithmetic allows: the products of the prompt, multiplied and added in registers in 128-bit SIMD.',
  sampler:
    'Both sides draw tokens with our sampler (temperature 0.8, top-p 0.95, one seed) and write the same text; ours ' +
    'also runs loadModel and generate.',
  float32: 'The peer is at a disadvantage: it reads float32, four times the bytes; it has no int8 product.',
  rate: 'The rates of the shortest time, the median and the 95th percentile. The ratio is that of the times.',
  process: 'Measured three times on each side, each time in a new process; the 95th percentile is the largest.',
  newProcesses: 'Measured five times on each side, each time in a new process.',
  taps:
    'Both sides are this library, in turns in one process: with taps that nobody asks for, and with layers without ' +
    'taps. The times are those of the processor.',
  drafts:
    'Both sides are this library, in turns in one process, and write the same text. A pass that checks drafts ' +
    'computes each of them: it pays where reading the weights takes longer than computing with them, and where most ' +
    'are accepted.',
  obeying:
    'Both sides are this library, in turns in one process; the texts differ. The times are those of the ' +
    'processor: of the model in 8 bits and of the choice, with masks that mostly are kept.',
  masks:
    'Both sides are this library: the mask of each state when it is first asked for, and again. The memory is that ' +
    'of masks, states and the trie of the tokens.',
  warmPasses: 'All later passes of five processes on each side.',
  page: 'Measured three times on each side, each time in a new browser; the 95th percentile is the largest.',
} as const;

/** The name of a note. */
export type Note = keyof typeof noteTexts;

/** Numbers the notes of lines in the order of their first use. */
export class NoteList {
  readonly #names: Note[] = [];

  /** The numbers of some notes, such as `1, 3`. */
  numbersOf(notes: readonly Note[]): string {
    const numberOf = (name: Note) => {
      if (!this.#names.includes(name)) this.#names.push(name);
      return this.#names.indexOf(name) + 1;
    };
    return notes
      .map(numberOf)
      .sort((a, b) => a - b)
      .join(', ');
  }

  /** All notes so far as a numbered list, in lines of at most 120 characters. */
  toString(): string {
    return this.#names.map((name, i) => wrap(`${i + 1}. ${noteTexts[name]}`)).join('\n');
  }
}

/** Divides the text of a list item into lines; all but the first are indented. */
function wrap(text: string): string {
  const [first = '', ...words] = text.split(' ');
  let length = first.length;
  return words.reduce((whole, word) => {
    length += 1 + word.length;
    if (length <= 120) return `${whole} ${word}`;
    length = 3 + word.length;
    return `${whole}\n   ${word}`;
  }, first);
}
