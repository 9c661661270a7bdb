import type { Decoder } from '../../decoders/decoder.js';
import { abbreviate, failFile } from '../../errors.js';
import type { Model } from '../../models/model.js';
import type { Normalizer } from '../../normalizers/normalizer.js';
import type { PostProcessor } from '../../post-processors/post-processor.js';
import type { PreTokenizer } from '../../pre-tokenizers/pre-tokenizer.js';
import type { SpaceRule } from '../../streaming/space-rule.js';
import type { Tokenizer } from '../../tokenizer.js';
import { Fields, type Json } from './fields.js';

/**
 * The declaration of a component type: its name and fields in `tokenizer.json`, how it is read and saved, and how it
 * treats spaces.
 */
export interface Component<T> {
  /** The `type` that `tokenizer.json` uses. */
  readonly type: string;
  /**
   * Its fields in the reference's order, with the values of absent fields; {@link required} if there is none. Default:
   * it has no fields.
   */
  readonly fields?: Json;
  /** The field of a sequence that lists components of the same kind. */
  readonly list?: string;
  /** Creates the component. `parts` are the components of `list`. Throws `file` if a field does not fit. */
  readonly fromJson: (fields: Fields, parts: readonly T[]) => T;
  /** Its fields as they are saved. Default: all of `fields`. */
  readonly toJson?: (fields: Fields) => Json;
  /** How far a text may be cut at a space for streaming. Default: not at all. */
  readonly spaceRule?: SpaceRule;
}

/** The declaration of a model. */
export interface ModelComponent extends Component<Model> {
  /** Whether the model has no token with `space` after another character, so that words may be encoded one by one. */
  readonly staysInWords?: (model: Model, fields: Fields, space: string) => boolean;
}

/** The default of a field that must be in the file. */
export const required = undefined;

/** The components that a loader supports. Fewer components make a smaller bundle. */
export interface ComponentRegistry {
  readonly normalizers: readonly Component<Normalizer>[];
  readonly preTokenizers: readonly Component<PreTokenizer>[];
  readonly models: readonly ModelComponent[];
  readonly postProcessors: readonly Component<PostProcessor>[];
  readonly decoders: readonly Component<Decoder>[];
  /** Counts the tokens of a long text chunk by chunk, so that it can stop early; undefined if that is not possible. */
  readonly countUpTo?: (tokenizer: Tokenizer, text: string, limit: number) => number | undefined;
}

/** The maximum number of components in a sequence and its nested sequences: each rewrites every text. */
const maxComponents = 1000;

/** The maximum nesting of sequences. Files have two or three levels, and the reader is recursive. */
const maxDepth = 32;

/** Reads one component by its type. An unknown type is an error that lists the known ones. */
export function readComponent<T>(
  kind: string,
  components: readonly Component<T>[],
  json: unknown,
  where: string,
  read = { parts: 0 },
): T {
  if (++read.parts > maxComponents) failFile(`${kind} has more than ${maxComponents} parts`);
  if (where.split('.').length > maxDepth) failFile(`${kind} has more than ${maxDepth} sequences inside one another`);
  const [component, fields] = componentOf(kind, components, json, where);
  const { list } = component;
  const parts =
    list === undefined
      ? []
      : fields
          .array(list)
          .map((inner, index) => readComponent(kind, components, inner, `${fields.path(list)}[${index}]`, read));
  return component.fromJson(fields, parts);
}

/** A component that was read, as the reference writes it: all fields, in its order. */
export function componentToJson<T>(kind: string, components: readonly Component<T>[], json: unknown): Json {
  const [{ type, fields: defaults = {}, list, toJson }, fields] = componentOf(kind, components, json, kind);
  const output = { type, ...(toJson ? toJson(fields) : valuesOf(fields, Object.keys(defaults))) };
  if (list === undefined) return output;
  return { ...output, [list]: fields.array(list).map(inner => componentToJson(kind, components, inner)) };
}

/** The values of fields in the order of the names; null if a field is absent and has no default. */
export const valuesOf = (fields: Fields, names: readonly string[]): Json =>
  Object.fromEntries(names.map(name => [name, fields.raw(name) ?? null]));

/** The declarations of a component or of the components of a sequence, each with its fields; none if it is absent. */
export function componentsIn<C extends Pick<Component<unknown>, 'type' | 'fields' | 'list'>>(
  kind: string,
  components: readonly C[],
  json: unknown,
): (readonly [component: C, fields: Fields])[] {
  if (json === undefined || json === null) return [];
  const [component, fields] = componentOf(kind, components, json, kind);
  return component.list === undefined
    ? [[component, fields]]
    : fields.array(component.list).flatMap(inner => componentsIn(kind, components, inner));
}

/** The declaration of the component that a JSON object names, and its fields. */
export function componentOf<C extends Pick<Component<unknown>, 'type' | 'fields'>>(
  kind: string,
  components: readonly C[],
  json: unknown,
  where: string,
): readonly [component: C, fields: Fields] {
  const type = new Fields(json, where).string('type');
  const component = components.find(each => each.type === type);
  if (component) return [component, new Fields(json, where, component.fields)];
  const known = components.map(each => each.type).join(', ') || 'none';
  return failFile(`${kind} type "${abbreviate(type)}" is unknown; known are ${known}`);
}
