import type { SpeechSource } from '@residual/families';
import type { BeamSearchStep } from '../generate/beam-policy.js';
import { mapSteps } from '../generate/generation.js';
import type { Step } from '../generate/sampling-policy.js';
import type { LoadedModel } from '../loaded-model.js';
import { speechModelOf } from '../model-kind.js';
import { mostLikelyFirst } from './decode-windows.js';
import { previousTokens } from './initial-tokens.js';
import { hasNoSpaces } from './languages.js';
import type { TranscribeSettings } from './options.js';
import { isSilent, type Recording, windowFrames, windowInput } from './recording.js';
import { SpeechWindow } from './speech-window.js';
import { splitWindow } from './split-segments.js';
import { type TokenTimes, tokenTimes } from './token-times.js';
import { type DecodedWindow, decodeWithFallback, type SpeechJob } from './transcribe-window.js';
import type {
  TranscribedSegment,
  TranscribedWindow,
  TranscribedWord,
  Transcription,
  TranscriptionStep,
} from './transcription.js';
import { speechText, wordsOfTokens } from './words.js';

/**
 * Transcribes recordings, window after window and `batch` recordings at once, as Hugging Face transformers does for
 * Whisper: each window begins where the last one ended a segment. Yields steps and returns the transcriptions in order.
 */
export async function* transcribeRecordings(
  model: LoadedModel,
  recordings: readonly Recording[],
  settings: TranscribeSettings,
): AsyncGenerator<TranscriptionStep, Transcription[]> {
  const { composition } = speechModelOf('transcribe', model);
  const { source } = composition;
  const states = recordings.map((recording, index) => new RecordingState(index, recording, source, settings));
  const seconds = (of: (state: RecordingState) => number) => states.reduce((sum, state) => sum + of(state), 0);
  const total = seconds(({ recording }) => recording.duration);
  for (const state of states) if (state.isDone) yield state.finish();
  for (let round = 0; ; round++) {
    const active = states.filter(state => !state.isDone).slice(0, settings.batch);
    if (active.length === 0) return states.map(state => state.transcription());
    const results = yield* transcribeRound(model, active, settings, `${round}`);
    for (const { state, result, segments } of results) {
      const done = seconds(({ elapsed }) => elapsed);
      const info = { recording: state.index, window: state.windows.length - 1, text: state.text };
      yield { kind: 'window', ...info, result, segments, done, total };
      if (state.isDone) yield state.finish();
    }
  }
}

/** The next window of a recording, and what it adds. */
interface RoundResult {
  readonly state: RecordingState;
  readonly result: TranscribedWindow;
  readonly segments: readonly TranscribedSegment[];
}

/** Transcribes the next window of each of some recordings together. */
async function* transcribeRound(
  model: LoadedModel,
  states: readonly RecordingState[],
  settings: TranscribeSettings,
  run: string,
): AsyncGenerator<TranscriptionStep, RoundResult[]> {
  const silent = states.filter(state => settings.skipSilence && state.isSilent());
  const spoken = states.filter(state => !silent.includes(state));
  const windows = spoken.map(state => new SpeechWindow(model, state.input()));
  const results = silent.map((state): RoundResult => ({ state, ...state.skip() }));
  try {
    const jobs: SpeechJob[] = [];
    for (const [i, state] of spoken.entries()) {
      await state.detectLanguage(model, windows[i]!);
      jobs.push({ window: windows[i]!, isWhole: !state.isLong, ...state.prompt(model) });
    }
    // Short recordings without times and long ones, which have them, are decoded one after the other.
    for (const times of [false, true]) {
      const group = spoken.flatMap((state, i) => (state.hasTimes === times ? [{ state, job: jobs[i]! }] : []));
      if (group.length === 0) continue;
      const texts = new Map<number, string>();
      const steps = decodeWithFallback(
        model,
        group.map(({ job }) => job),
        { ...settings, times },
        run,
      );
      const decoded = yield* mapSteps(steps, ({ attempt, jobs: indices, step }): readonly TranscriptionStep[] => {
        if (!isToken(step)) return [{ kind: 'beams', recordings: indices.map(i => group[i]!.state.index), step }];
        const { state } = group[indices[step.batchIndex]!]!;
        if (step.index === 0) texts.delete(state.index); // a new attempt
        const text = (texts.get(state.index) ?? '') + step.text;
        texts.set(state.index, text);
        const info = { recording: state.index, window: state.windows.length, text: state.text + text };
        return [{ kind: 'token', ...info, attempt, step }];
      });
      for (const [i, { state, job }] of group.entries())
        results.push({ state, ...(await state.add(model, job, decoded[i]!)) });
    }
    return results;
  } finally {
    for (const window of windows) window.dispose();
  }
}

const isToken = (step: Step | BeamSearchStep): step is Step => 'batchIndex' in step;

/** A recording that is being transcribed. */
class RecordingState {
  readonly index: number;
  readonly recording: Recording;
  readonly windows: TranscribedWindow[] = [];
  /** Whether the recording has several windows. */
  readonly isLong: boolean;
  /** Whether the model writes times. */
  readonly hasTimes: boolean;
  text = '';
  private readonly source: SpeechSource;
  private readonly settings: TranscribeSettings;
  private readonly segments: TranscribedSegment[] = [];
  private language: { readonly code: string; readonly probability?: number } | undefined;
  /** The frame at which the next window begins. */
  private seek = 0;
  /** Whether the next window is conditioned on the text so far. */
  private isConditioned: boolean;

  constructor(index: number, recording: Recording, source: SpeechSource, settings: TranscribeSettings) {
    this.index = index;
    this.recording = recording;
    this.source = source;
    this.settings = settings;
    this.isConditioned = settings.conditionOnPrevTokens;
    this.isLong = source.kind === 'frames' && recording.frames > source.frames;
    this.hasTimes = this.isLong || settings.timestamps !== 'none';
    const code = settings.initial(this.hasTimes).language;
    this.language = code === undefined ? undefined : { code };
  }

  get isDone(): boolean {
    return this.seek >= this.recording.frames;
  }

  /** The seconds that are transcribed. */
  get elapsed(): number {
    return Math.min(this.seek * this.recording.frameSeconds, this.recording.duration);
  }

  /** The frames of the next window. */
  private get frames(): number {
    return windowFrames(this.recording, this.source, this.seek);
  }

  isSilent(): boolean {
    return isSilent(this.recording, this.seek, this.frames);
  }

  input() {
    return windowInput(this.recording, this.source, this.seek);
  }

  /** Moves on by the next window, which has no sound. */
  skip(): Omit<RoundResult, 'state'> {
    return { result: this.pass(this.frames, { attempts: [], isSkipped: true }), segments: [] };
  }

  /** Detects the language in the first window if it is not given. */
  async detectLanguage(model: LoadedModel, window: SpeechWindow): Promise<void> {
    const { languages } = this.settings.tokens;
    if (this.language || !this.settings.initial(this.hasTimes).detectsLanguage) return;
    const found = await mostLikelyFirst(model, window, [...languages.values()], {
      ...this.settings,
      timestamps: this.hasTimes,
    });
    const [code] = [...languages].find(([, id]) => id === found.token)!;
    this.language = { code, probability: found.probability };
  }

  /** The tokens before the text of the next window. */
  prompt({ maxPositions }: LoadedModel): Pick<SpeechJob, 'prompt' | 'startIndex'> {
    const { tokens, prompt, isPromptForAllWindows, initial } = this.settings;
    const before = previousTokens(tokens, {
      prompt,
      isForAllWindows: isPromptForAllWindows,
      segments: this.isConditioned ? this.segments.map(segment => segment.tokens) : undefined,
      limit: Math.floor(maxPositions / 2) - 1,
    });
    return { prompt: [...before, ...initial(this.hasTimes).tokens(this.language?.code)], startIndex: before.length };
  }

  /** Adds the text of the next window. */
  async add(model: LoadedModel, job: SpeechJob, decoded: DecodedWindow): Promise<Omit<RoundResult, 'state'>> {
    const { attempts, text, temperature, isSkipped } = decoded;
    const { settings, seek, frames, windows } = this;
    this.isConditioned = settings.conditionOnPrevTokens && temperature < 0.5;
    if (isSkipped) return { result: this.pass(frames, { attempts, isSkipped }), segments: [] };
    const { frameSeconds, duration, soundFrames } = this.recording;
    const stride = this.source.kind === 'frames' ? this.source.stride : 1;
    const { timestampBegin } = settings.tokens;
    const tokens = text.finishReason === 'eos' ? text.tokens.slice(0, -1) : text.tokens;
    const scale = { timestampBegin, stride, precision: stride * frameSeconds };
    const split = splitWindow(tokens, frames, scale);
    const offset = seek * frameSeconds;
    const wordsOf =
      settings.timestamps === 'word' && tokens.length > 0
        ? this.wordsOf(
            model,
            tokens,
            offset,
            await tokenTimes(
              model,
              job,
              {
                tokens: text.tokens,
                logprobs: text.logprobs,
                positions: Math.floor((soundFrames - seek) / stride),
              },
              settings,
            ),
          )
        : undefined;
    const segments =
      tokens.length === 0
        ? []
        : split.segments.map(({ tokens, index, start, end }): TranscribedSegment => {
            const words = wordsOf?.(index, tokens);
            return {
              start: rounded(offset + start),
              end: rounded(this.hasTimes ? offset + end : Math.min(offset + end, duration)),
              text: model.tokenizer ? speechText(model.tokenizer, tokens, timestampBegin) : '',
              tokens,
              window: windows.length,
              ...(words && { words }),
            };
          });
    this.segments.push(...segments);
    this.text += segments.map(segment => segment.text).join('');
    return { result: this.pass(split.frames, { attempts, isSkipped }), segments };
  }

  /** The words of the tokens from an index of the window on. */
  private wordsOf(
    model: LoadedModel,
    tokens: readonly number[],
    offset: number,
    { positions, logprobs, attention, width }: TokenTimes,
  ) {
    const { tokenizer } = model;
    const { timestampBegin } = this.settings.tokens;
    const seconds = this.source.kind === 'frames' ? this.source.stride * this.recording.frameSeconds : 0;
    const timeOf = (index: number) => rounded(offset + (index < 0 ? 0 : positions[index]! * seconds));
    const decode = (ids: readonly number[]) => tokenizer!.decode(ids);
    return (from: number, segment: readonly number[]): TranscribedWord[] => {
      const indices = segment.flatMap((id, i) => (id < timestampBegin ? [from + i] : []));
      const words = tokenizer
        ? wordsOfTokens(
            indices.map(index => tokens[index]!),
            { decode, hasNoSpaces: hasNoSpaces(this.language?.code) },
          )
        : [];
      return words.map(({ text, indices: own }) => {
        const at = own.map(i => indices[i]!);
        const probability = at.reduce((sum, index) => sum + Math.exp(logprobs[index]!), 0) / at.length;
        const ids = at.map(index => tokens[index]!);
        const word = { text, start: timeOf(at[0]! - 1), end: timeOf(at.at(-1)!), probability, tokens: ids };
        if (!this.settings.attention) return word;
        return { ...word, attention: { start: offset, step: seconds, weights: meanRow(attention, at, width) } };
      });
    };
  }

  /** Moves on by some frames. */
  private pass(frames: number, { attempts, isSkipped }: Pick<TranscribedWindow, 'attempts' | 'isSkipped'>) {
    const { frameSeconds } = this.recording;
    const [start, end] = [this.seek, this.seek + this.frames].map(frame => rounded(frame * frameSeconds)) as [
      number,
      number,
    ];
    const window: TranscribedWindow = { start, end, attempts, isSkipped };
    this.windows.push(window);
    this.seek += frames;
    return window;
  }

  finish(): TranscriptionStep {
    const { index, text } = this;
    return { kind: 'recording', recording: index, text, transcription: this.transcription() };
  }

  transcription(): Transcription {
    const { text, segments, windows, language, settings, recording } = this;
    const { code, probability } = language ?? {};
    return {
      text,
      duration: recording.duration,
      ...(code !== undefined && { language: code }),
      ...(probability !== undefined && { languageProbability: probability }),
      tokens: segments.flatMap(segment => segment.tokens),
      segments,
      ...(settings.timestamps === 'word' && { words: segments.flatMap(({ words = [] }) => words) }),
      windows,
      seed: settings.seed,
    };
  }
}

/** The mean of some rows of a matrix [rows, width]. */
function meanRow(matrix: Float32Array, rows: readonly number[], width: number): Float32Array {
  const mean = new Float32Array(width);
  for (const row of rows) for (let i = 0; i < width; i++) mean[i]! += matrix[row * width + i]! / rows.length;
  return mean;
}

/** Seconds to hundredths. */
const rounded = (seconds: number) => Math.round(seconds * 100) / 100;
