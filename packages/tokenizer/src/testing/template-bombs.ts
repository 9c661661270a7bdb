/** Hostile chat templates. A process with a small heap reads this module. */
import { type Bomb, type BombTarget, bombsOf } from '@residual/testkit/bombs';
import { chatTemplate } from '../chat/index.js';

const user = { role: 'user', content: 'Hi ' };
const tool = { type: 'function', function: { name: 'add', parameters: { type: 'object', properties: { a: {} } } } };
const talk = [{ role: 'system', content: 'Be kind.' }, user, { role: 'assistant', content: 'Hello' }];

/** Renders two conversations and continues the second one. */
function use(config: object | string, source?: string): void {
  const template = chatTemplate(config, source);
  if (!template) return;
  template.render([user], { addGenerationPrompt: true, tools: [tool] });
  template.render(talk, { continueFinalMessage: true });
}

const chatml =
  "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '\\n' }}{% endfor %}{% if " +
  "add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
const tools =
  '{{- bos_token }}\n{%- if tools is not none and tools is defined %}\n  {%- for t in tools %}\n    {{- t | ' +
  'tojson(indent=4) }}\n    {{- "\\n" }}\n  {%- endfor %}\n{%- endif %}\n{{ messages[-1].content | trim }}';
const turns =
  "{%- if messages[0]['role'] == 'system' %}\n  {%- set messages = messages[1:] %}\n{%- else %}\n  {%- set x = '' " +
  "%}\n{%- endif %}\n{%- for m in messages %}\n  {%- if not (m.role == 'tool' or 'tool_calls' in m) %}\n    {{- " +
  "m['role'] + m['content'] | trim }}\n  {%- elif m.tool_calls | length != 1 %}\n    {{- raise_exception('one call') " +
  '}}\n  {%- endif %}\n{%- endfor %}';
const macros =
  "{% macro turn(role, text='') %}[{{ role | upper }}] {{ text.strip() }}{% endmacro %}{% set ns = " +
  "namespace(last=none) %}{% for m in messages if m.role in ['user', 'assistant'] %}{% set ns.last = m %}{{ " +
  "turn(m.role, m.content) }}{% endfor %}{{ (ns.last.content.split(' ') | first)[:2] if ns.last is mapping else '' }}";
const values =
  '{% set ns = namespace(count=0) %}{% for m in messages %}{% set ns.count = ns.count + 1 %}{% if not loop.last %}{{ ' +
  "', ' ~ loop.index }}{% else %}{{ range(3) | join('-') }}{{ m.content }}{% endif %}{% endfor %}{{ {'a': [1, 2.5, " +
  'true]} | tojson }}';
const templates = { chatml, tools, turns, macros, values };

const loops = (count: number, inside: string) =>
  Array.from({ length: count }, (_, i) => `{% for i${i} in range(999) %}`).join('') +
  inside +
  '{% endfor %}'.repeat(count);

/** A list that is doubled `count` times. */
const lists = (members: readonly string[], doublings: number) =>
  `{% set n = namespace(l=[${members}]) %}{% for i in range(${doublings}) %}{% set n.l = n.l + n.l %}{% endfor %}`;

/** Templates that run long, write much or nest deeply. */
const crafted: Readonly<Record<string, () => string>> = {
  'loops in loops': () => loops(6, 'x'),
  'a text that doubles': () => `{% set n = namespace(s='aa') %}${loops(1, '{% set n.s = n.s + n.s %}')}`,
  'a text many times': () => "{{ 'a' * 1000000000 }}",
  'a text of a filter many times': () => `{{ '${'a'.repeat(100_000)}' | replace('a', '${'b'.repeat(100_000)}') }}`,
  'a text of a method many times': () => `{{ '${'a'.repeat(100_000)}'.replace('a', '${'b'.repeat(100_000)}') }}`,
  'a text with an indent': () => `{{ '${'\\n'.repeat(100_000)}' | indent(100000) }}`,
  'a list joined by a long text': () => `{{ range(60000) | join('${'b'.repeat(100_000)}') }}`,
  'JSON with an indent': () => '{{ messages | tojson(indent=1000000000) }}',
  'a list within lists as JSON': () => `{{ ${'['.repeat(1000)}${']'.repeat(1000)} | tojson(indent=1000000) }}`,
  'a range of many': () => '{% for i in range(0, 1000000000, 1) %}x{% endfor %}',
  'a range without end': () => '{% for i in range(0, 9, 0) %}x{% endfor %}',
  'a list that sorts': () => `{% for i in range(999) %}{{ range(60000) | sort | length }}{% endfor %}`,
  'a text that is split': () =>
    `{% for i in range(999) %}{{ '${'a '.repeat(100_000)}'.split(' ') | length }}{% endfor %}`,
  'a list of long texts that sorts': () =>
    `{% set s = '${'a'.repeat(500_000)}' %}${lists(['s', 's'], 16)}{{ n.l | sort | length }}`,
  'a list of long texts as JSON': () =>
    `{% set s = '${'a'.repeat(500_000)}' %}${lists(['s', 's'], 16)}{{ n.l | tojson }}`,
  'a list of long texts that is written': () =>
    `{% set s = '${'a'.repeat(500_000)}' %}${lists(['s', 's'], 16)}{{ n.l }}`,
  'a list of long texts beside a text': () =>
    `{% set s = '${'a'.repeat(500_000)}' %}${lists(['s', 's'], 16)}{{ 'a' ~ n.l }}`,
  'a list that grows by one': () => `${lists(['1'], 19)}${loops(2, '{% set m = n.l + [1] %}')}`,
  'a list that is searched': () => `${lists(['1'], 19)}${loops(2, '{% if 2 in n.l %}x{% endif %}')}`,
  'a list that is cut': () => `${lists(['1'], 19)}${loops(2, '{% set m = n.l[1:] %}')}`,
  'a text that is cut': () => `{% set s = '${'a'.repeat(500_000)}' %}${loops(2, '{% set m = s[1:] %}')}`,
  'a text that is searched': () => `{% set s = '${'a'.repeat(500_000)}' %}${loops(2, "{% if 'b' in s %}x{% endif %}")}`,
  'a function of a text by another name': () =>
    `{% set s = '${'a'.repeat(500_000)}' %}{% set f = s.split %}${loops(2, "{% set m = f('b') %}")}`,
  'texts that are replaced': () => {
    const set = `{% set s = '${'a'.repeat(200_000)}' %}`;
    return `${set}{% set f = 'b'.replace %}${loops(2, "{% set m = f(s ~ loop.index, 'b') %}")}`;
  },
  'many dates': () => loops(2, "{{ strftime_now('%b %B') }}"),
  'a macro that calls itself': () => '{% macro m(x) %}{{ m(x) }}{{ m(x) }}{% endmacro %}{{ m(1) }}',
  'a long refusal': () => `{{ raise_exception('${'a'.repeat(100_000)}') }}`,
  'a refusal that is no text': () => '{{ raise_exception() }}{{ raise_exception(none) }}',
  'groups in groups': () => `{{ ${'('.repeat(100_000)}1${')'.repeat(100_000)} }}`,
  'ifs in ifs': () => `${'{% if true %}'.repeat(20_000)}${'{% endif %}'.repeat(20_000)}`,
  'nots of nots': () => `{{ ${'not '.repeat(100_000)}true }}`,
  'a long sum': () => `{{ 1${' + 1'.repeat(100_000)} }}`,
  'many filters': () => `{{ 'a'${' | trim'.repeat(100_000)} }}`,
  'many marks': () => '{{'.repeat(100_000),
  'a comment without end': () => `{#${'{#'.repeat(100_000)}`,
  blanks: () => `{%-${' '.repeat(100_000)}x${'\n'.repeat(100_000)}`,
  'blanks before marks': () => `a${' \n'.repeat(100_000)}`.repeat(4),
  'a long template': () => 'x'.repeat(2 ** 21),
};

/** Templates as texts. */
export const templateText: BombTarget = {
  *inputs() {
    for (const [name, make] of Object.entries(crafted)) yield { name, make };
  },
  read: text => use({ bos_token: '<s>', eos_token: '</s>' }, text),
  seeds: () => Object.values(templates),
};

const settings = {
  tokenizer_class: 'PreTrainedTokenizerFast',
  bos_token: '<s>',
  eos_token: { content: '</s>', special: true },
  chat_template: [
    { name: 'default', template: chatml },
    { name: 'tool_use', template: tools },
  ],
};

/** The files that hold templates: `tokenizer_config.json`. */
export const templateConfig: BombTarget = {
  *inputs(): Generator<Bomb> {
    yield* bombsOf(settings, { count: 20_000 });
    yield* bombsOf({ chat_template: macros, pad_token: null }, { count: 20_000 });
  },
  read: text => use(text),
  seeds: () => [JSON.stringify(settings), JSON.stringify({ bos_token: '<s>', chat_template: macros })],
};
