import type { Config } from './config.js';

/**
 * The text of the `config.json` of a new model. Whole numbers in float fields get a decimal point (`1.0`), at any
 * depth.
 */
export function configText(config: Config): string {
  return `${textOf(config, 2)}\n`;
}

/**
 * The text of a JSON object with some fields changed. Fields of `changes` get their new value, or are removed if it is
 * undefined; new fields are appended. Everything else stays byte for byte: the spelling of numbers, order, spaces,
 * unknown fields.
 */
export function updateConfigText(text: string, changes: Readonly<Record<string, unknown>>): string {
  const { head, members, tail } = membersOf(text);
  const indent = /\n([ \t]*)$/.exec(head)?.[1]?.length ?? 0;
  const valueText = (name: string, value: unknown) =>
    textOf({ [name]: value }, indent)
      .replace(/^\{\s*/, '')
      .replace(/\s*\}$/, '');
  const updated = members.flatMap(member => {
    if (!Object.hasOwn(changes, member.name)) return [member];
    const value = changes[member.name];
    if (value === undefined) return [];
    return [sameValue(member.text, value) ? member : { ...member, text: valueText(member.name, value) }];
  });
  const present = new Set(members.map(({ name }) => name));
  const comma = members[0]?.comma ?? (indent > 0 ? `,\n${' '.repeat(indent)}` : ', ');
  for (const [name, value] of Object.entries(changes))
    if (value !== undefined && !present.has(name)) updated.push({ name, text: valueText(name, value), comma });
  const body = updated.map(({ text: member, comma: next }, i) =>
    i + 1 < updated.length ? member + (next ?? comma) : member,
  );
  return head + body.join('') + tail;
}

interface Member {
  readonly name: string;
  /** The text of `"name": value`. */
  readonly text: string;
  /** The comma after it with its spaces; undefined for the last member. */
  readonly comma: string | undefined;
}

/** The texts of the members of a JSON object, before the first member and after the last. */
function membersOf(text: string): { head: string; members: Member[]; tail: string } {
  const tokens = [...text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s"[\]{},:]+/g)];
  const members: Member[] = [];
  let depth = 0;
  let [first, end] = [-1, 0]; // of the current member
  let [headEnd, tailStart] = [0, 0];
  const close = (commaEnd: number | undefined) => {
    if (first < 0) return;
    const member = text.slice(first, end);
    const name = JSON.parse(/^"[^"\\]*(?:\\.[^"\\]*)*"/.exec(member)![0]) as string;
    members.push({ name, text: member, comma: commaEnd === undefined ? undefined : text.slice(end, commaEnd) });
    tailStart = end;
  };
  for (const [i, { 0: token, index }] of tokens.entries()) {
    const [opens, closes] = ['{['.includes(token), '}]'.includes(token)];
    if (closes) depth--;
    if (depth === 0 && closes) close(undefined);
    else if (depth === 1 && token === ',') {
      const next = tokens[i + 1]!.index;
      close(next);
      [first, end] = [next, next];
    } else if (depth >= 1) {
      if (first < 0) first = index;
      end = index + token.length;
    }
    if (opens) depth++;
    if (opens && depth === 1) headEnd = tokens[i + 1]!.index;
  }
  if (members.length === 0) tailStart = headEnd;
  return { head: text.slice(0, headEnd), members, tail: text.slice(tailStart) };
}

const sameValue = (member: string, value: unknown): boolean =>
  JSON.stringify(Object.values(JSON.parse(`{${member}}`) as object)[0]) === JSON.stringify(value);

/** JSON with a decimal point in float fields. Strings contain no line breaks, so each line is one field. */
function textOf(value: object, indent: number): string {
  const pretty = JSON.stringify(value, null, 2).replace(
    /^(\s*"([a-z_]+)": -?\d+)(,?)$/gm,
    (line, field: string, name: string, comma: string) => (floatFields.has(name) ? `${field}.0${comma}` : line),
  );
  if (indent === 0) return pretty.replace(/\n\s*/g, ' ');
  return pretty.replace(/^( {2})+/gm, spaces => ' '.repeat((spaces.length / 2) * indent));
}

/** Fields that Hugging Face transformers declares as floats, some of them strictly. */
const floatFields: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'activation_dropout',
  'attention_dropout',
  'attention_factor',
  'attn_pdrop',
  'beta_fast',
  'beta_slow',
  'classif_dropout',
  'classifier_dropout',
  'decoder_layerdrop',
  'dropout',
  'dropout_rate',
  'embd_pdrop',
  'encoder_layerdrop',
  'factor',
  'high_freq_factor',
  'init_std',
  'initializer_factor',
  'initializer_range',
  'layer_norm_eps',
  'layer_norm_epsilon',
  'low_freq_factor',
  'mscale',
  'mscale_all_dim',
  'resid_pdrop',
  'rms_norm_eps',
  'rope_theta',
  'summary_first_dropout',
]);
