import type { AnswerParser } from './answer-part.js';
import { ChannelParser } from './channel-parser.js';
import { argumentsOf, jsonCalls } from './json-calls.js';
import { type CallStyle, MarkedParser, type Marks } from './marked-parser.js';
import { pythonCalls } from './python-calls.js';
import { Tools } from './tools.js';
import { functionTags, keyValueTags } from './xml-calls.js';

/** The ways of writing calls that are known, by the family that made them known. */
export type CallFormat =
  | 'hermes'
  | 'qwen3-coder'
  | 'glm'
  | 'mistral'
  | 'llama3'
  | 'python'
  | 'lfm2'
  | 'deepseek'
  | 'granite'
  | 'gpt-oss';

interface FormatEntry extends CallStyle {
  /** Whether a template is of this format. */
  readonly isOf: (template: string) => boolean;
}

const mistralMark = '[TOOL_CALLS]';
const deepseekMarks = { open: '<｜tool▁calls▁begin｜>', close: '<｜tool▁calls▁end｜>' };

/** The formats of calls; the first one that a template has the marks of is its own. */
const formats: Readonly<Record<Exclude<CallFormat, 'gpt-oss'>, FormatEntry>> = {
  'qwen3-coder': {
    isOf: template => template.includes('<tool_call>') && template.includes('<function='),
    marks: [{ open: '<tool_call>', close: '</tool_call>' }],
    read: functionTags,
  },
  glm: {
    isOf: template => template.includes('<tool_call>') && template.includes('<arg_key>'),
    marks: [{ open: '<tool_call>', close: '</tool_call>' }],
    read: keyValueTags,
  },
  hermes: {
    isOf: template => template.includes('<tool_call>'),
    marks: [{ open: '<tool_call>', close: '</tool_call>' }],
    read: jsonCalls,
  },
  mistral: {
    isOf: template => template.includes(mistralMark),
    marks: [{ open: mistralMark }],
    read: text => {
      const named = /^\s*([\w.-]+)(?:\[CALL_ID\][^[]*)?\[ARGS\]([\s\S]*)$|^\s*([A-Za-z_][\w.-]*)(\{[\s\S]*)$/.exec(
        text,
      );
      if (!named) return jsonCalls(text);
      return [{ name: (named[1] ?? named[3])!, arguments: argumentsOf(named[2] ?? named[4]) }];
    },
  },
  deepseek: {
    isOf: template => template.includes(deepseekMarks.open),
    marks: [deepseekMarks],
    read: text => {
      const calls = text.split('<｜tool▁call▁begin｜>').slice(1);
      if (calls.length === 0) throw new Error('expected <｜tool▁call▁begin｜>');
      return calls.map(call => {
        const [head = '', tail] = call.replace('<｜tool▁call▁end｜>', '').split('<｜tool▁sep｜>');
        if (tail === undefined) throw new Error('expected <｜tool▁sep｜>');
        const fenced = /^([^\n]*)\n```json\n([\s\S]*?)\n?```\s*$/.exec(tail); // R1 and V3; V3.1 writes JSON alone
        if (fenced) return { name: fenced[1]!.trim(), arguments: argumentsOf(fenced[2]) };
        return { name: head.trim(), arguments: argumentsOf(tail) };
      });
    },
  },
  lfm2: {
    isOf: template => template.includes('<|tool_call_start|>'),
    marks: [{ open: '<|tool_call_start|>', close: '<|tool_call_end|>' }],
    read: (text, tools) => pythonCalls(text, tool => tools.argumentNames(tool)),
  },
  granite: {
    isOf: template => template.includes('<|tool_call|>'),
    marks: [{ open: '<|tool_call|>', close: '<|/tool_call|>' }],
    read: jsonCalls,
  },
  python: {
    isOf: template => /\[func_name1?\(|<\|python_start\|>/.test(template),
    marks: [{ open: '<|python_start|>', close: '<|python_end|>' }],
    begins: text => {
      if (/^\s*\[\s*[A-Za-z_][\w.]*\s*\(/.test(text)) return true;
      return /^\s*(\[\s*([A-Za-z_][\w.]*\s*)?)?$/.test(text) ? undefined : false;
    },
    read: (text, tools) => pythonCalls(text, tool => tools.argumentNames(tool)),
  },
  llama3: {
    isOf: template => template.includes('<|python_tag|>') || /"name": function name, "parameters"/.test(template),
    marks: [{ open: '<|python_tag|>' }],
    begins: text => {
      if (/^\s*\{\s*"(name|type|function)"\s*:/.test(text)) return true;
      return /^\s*(\{\s*("([a-z]*("\s*)?)?)?)?$/.test(text) ? undefined : false;
    },
    read: text => {
      const builtIn = /^\s*([A-Za-z_]\w*)\.call\(/.exec(text);
      return builtIn ? pythonCalls(text.replace('.call(', '('), () => []) : jsonCalls(text);
    },
  },
};

const channels = '<|channel|>';

/** The names of the formats of calls. */
export function callFormatNames(): readonly CallFormat[] {
  return [...(Object.keys(formats) as CallFormat[]), 'gpt-oss'];
}

/** The marks around thinking; the first pair of which a template has one is its own. */
const thinkingMarks: readonly Required<Marks>[] = [
  { open: '<think>', close: '</think>' },
  { open: '[THINK]', close: '[/THINK]' },
  { open: '<seed:think>', close: '</seed:think>' },
];

/** How the answers of a model are written, by its template. */
export interface AnswerFormat {
  /** How calls are written; undefined if the template has none of the known formats. */
  readonly calls: CallFormat | undefined;
  /** Special tokens that separate the parts of an answer. */
  readonly marks: readonly string[];
  /** The tokens that end a turn; undefined where the template shows them after an answer. */
  readonly endTokens: readonly string[] | undefined;
  /** A parser of one answer. */
  parser(options: AnswerParserOptions): AnswerParser;
}

/** What a parser of answers needs to know. */
export interface AnswerParserOptions {
  /** The prompt, which may have begun the thinking. */
  readonly prompt: string;
  /** The tools of the conversation. */
  readonly tools?: readonly object[] | undefined;
  /** How many calls the conversation had before. */
  readonly firstCall?: number;
}

/** How the answers of a model are written, by the text of its chat template; `calls` names another format of calls. */
export function answerFormat(template: string, calls?: CallFormat): AnswerFormat {
  const isOf = (name: string) => formats[name as keyof typeof formats].isOf(template);
  const found = template.includes(channels) ? 'gpt-oss' : (Object.keys(formats).find(isOf) as CallFormat | undefined);
  const format = calls ?? found;
  if (format === 'gpt-oss') {
    return {
      calls: format,
      marks: [channels, '<|message|>', '<|start|>', '<|end|>', '<|constrain|>'],
      endTokens: ['<|return|>', '<|call|>'],
      parser: ({ tools, firstCall }) => new ChannelParser(new Tools(tools, firstCall)),
    };
  }
  const thinking = thinkingMarks.find(({ open, close }) => template.includes(open) || template.includes(close));
  const style = format && formats[format];
  const marksOf = (marks: Marks) => [marks.open, ...(marks.close === undefined ? [] : [marks.close])];
  const inner = {
    mistral: ['[ARGS]', '[CALL_ID]'],
    deepseek: ['<｜tool▁call▁begin｜>', '<｜tool▁call▁end｜>', '<｜tool▁sep｜>'],
  };
  return {
    calls: format,
    marks: [
      ...(thinking ? marksOf(thinking) : []),
      ...(style?.marks.flatMap(marksOf) ?? []),
      ...(inner[format as keyof typeof inner] ?? []),
    ],
    endTokens: undefined,
    parser: ({ prompt, tools, firstCall }) => {
      const isBegun = thinking !== undefined && prompt.trimEnd().endsWith(thinking.open);
      return new MarkedParser({
        thinking,
        calls: style,
        tools: new Tools(tools, firstCall),
        startsInThinking: isBegun,
      });
    },
  };
}
