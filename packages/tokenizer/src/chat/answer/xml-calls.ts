import type { RawCall } from './answer-part.js';
import type { Tools } from './tools.js';

/**
 * Calls as Qwen3-Coder writes them: `<function=name>`, for each argument `<parameter=name>` with its value on lines of
 * its own, `</function>`. Throws with the reason if the text is something else.
 */
export function functionTags(text: string, tools: Tools): RawCall[] {
  const parts = text.split(/<function=/);
  if (parts[0]!.trim() !== '' || parts.length < 2) throw new Error('expected <function=');
  return parts.slice(1).map(part => {
    const nameEnd = part.indexOf('>');
    const bodyEnd = part.lastIndexOf('</function>');
    if (nameEnd < 0) throw new Error('the name of the tool does not end');
    if (bodyEnd < 0) throw new Error('</function> is missing');
    const name = part.slice(0, nameEnd).trim();
    const values = part
      .slice(nameEnd + 1, bodyEnd)
      .split(/<parameter=/)
      .slice(1);
    const entries = values.map(value => {
      const end = value.indexOf('>');
      if (end < 0) throw new Error('the name of an argument does not end');
      const argument = value.slice(0, end).trim();
      const close = value.lastIndexOf('</parameter>');
      const content = value.slice(end + 1, close < 0 ? undefined : close);
      return [argument, argumentValue(content.replace(/^\n/, '').replace(/\n$/, ''), name, argument, tools)] as const;
    });
    return { name, arguments: Object.fromEntries(entries) };
  });
}

/**
 * Calls as GLM 4.5 writes them: the name, then for each argument `<arg_key>` and `<arg_value>`. Throws with the reason
 * if the text is something else.
 */
export function keyValueTags(text: string, tools: Tools): RawCall[] {
  const [first = '', ...parts] = text.split('<arg_key>');
  const name = first.trim();
  if (name === '' || /[\s<]/.test(name)) throw new Error('expected the name of a tool');
  const entries = parts.map(part => {
    const [key, rest] = cut(part, '</arg_key>');
    const [, value] = cut(rest, '<arg_value>');
    const argument = key.trim();
    return [argument, argumentValue(cut(value, '</arg_value>')[0], name, argument, tools)] as const;
  });
  return [{ name, arguments: Object.fromEntries(entries) }];
}

function cut(text: string, mark: string): readonly [before: string, after: string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`${mark} is missing`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

/** The value of an argument that was written as a text: the text itself where the schema says so, else its JSON. */
function argumentValue(text: string, tool: string, argument: string, tools: Tools): unknown {
  const types = [tools.argumentSchema(tool, argument)?.type ?? []].flat();
  if (types.length > 0 && types.every(type => type === 'string')) return text;
  try {
    return JSON.parse(text);
  } catch {
    const words: Readonly<Record<string, unknown>> = { True: true, False: false, None: null };
    return Object.hasOwn(words, text.trim()) ? words[text.trim()] : text;
  }
}
