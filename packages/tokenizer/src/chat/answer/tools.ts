import { isRecord, type RawCall, type ToolCall } from './answer-part.js';
import { misfit, type Schema } from './json-schema.js';

/** The tools of a conversation: compares calls with their schemas. */
export class Tools {
  private readonly schemas = new Map<string, Schema>();
  private count: number;

  /**
   * `tools` as they are given to a template: `{ type: 'function', function: { name, parameters } }`, or the inner
   * record alone. `firstCall` is how many calls the conversation had before.
   */
  constructor(tools: readonly object[] = [], firstCall = 0) {
    this.count = firstCall;
    for (const tool of tools) {
      const inner = (tool as { readonly function?: unknown }).function ?? tool;
      if (!isRecord(inner) || typeof inner.name !== 'string') continue;
      this.schemas.set(inner.name, isRecord(inner.parameters) ? inner.parameters : {});
    }
  }

  /** Whether there is any tool. */
  get areGiven(): boolean {
    return this.schemas.size > 0;
  }

  /** The schema of an argument; undefined if it has none. */
  argumentSchema(tool: string, argument: string): Schema | undefined {
    const { properties } = this.schemas.get(tool) ?? {};
    const schema = isRecord(properties) && Object.hasOwn(properties, argument) ? properties[argument] : undefined;
    return isRecord(schema) ? schema : undefined;
  }

  /** The names of the arguments of a tool in their order. */
  argumentNames(tool: string): readonly string[] {
    const { properties } = this.schemas.get(tool) ?? {};
    return isRecord(properties) ? Object.keys(properties) : [];
  }

  /** A call with an id, and with a problem if there is no such tool or an argument does not fit. */
  call({ name, arguments: values }: RawCall): ToolCall {
    this.count += 1;
    const id = `call${String(this.count).padStart(5, '0')}`;
    const problem = this.problemOf(name, values);
    return { id, name, arguments: values, ...(problem !== undefined && { problem }) };
  }

  private problemOf(name: string, values: unknown): string | undefined {
    const schema = this.schemas.get(name);
    if (schema) return misfit(schema, values, 'arguments');
    const known = [...this.schemas.keys()];
    return `there is no tool ${name}; ${known.length > 0 ? `tools are ${known.join(', ')}` : 'no tools were given'}`;
  }
}
