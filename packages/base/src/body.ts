/** Reads the chunks of a body. */
export interface ChunkReader {
  /** The next chunk, valid until the next read; undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  cancel(reason?: unknown): Promise<void>;
}

/** How many bytes a chunk in memory of ours has at most. */
const chunkBytes = 2 ** 18;

/**
 * A reader of a body, such as that of a response. All chunks of a byte stream of the Streams Standard lie in the same
 * memory, so that a long body leaves nothing for the garbage collection, which would come too late in a browser.
 */
export function chunkReader(body: ReadableStream<Uint8Array>): ChunkReader {
  const byob = byobReader(body);
  const reader = byob ?? body.getReader();
  let memory = new Uint8Array(byob ? chunkBytes : 0);
  return {
    read: async () => {
      const { done, value } = await reader.read(memory);
      if (byob && value) memory = new Uint8Array(value.buffer as ArrayBuffer); // the stream had taken it
      return done ? undefined : value;
    },
    cancel: reason => reader.cancel(reason),
  };
}

/** A reader that fills memory of its caller; undefined if the stream is not a byte stream. */
function byobReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: 'byob' });
  } catch {
    return undefined;
  }
}

/** What happens while a body is read. */
export interface BodyWatch {
  /** Called with the length of each chunk; an error that it throws ends the body. */
  readonly onChunk: (bytes: number) => void;
  /** Waits for a read; a rejection ends the body. */
  readonly during?: <Result>(read: Promise<Result>) => Promise<Result>;
  /** Called once: at the end with true, after an error and after a cancel with false. */
  readonly onEnd: (isComplete: boolean) => void;
}

/**
 * The same body, watched while it is read. It is a byte stream if the body is one: then the chunks of both are in the
 * memory of the reader. Nothing is read in advance.
 */
export function watchedBody(
  body: ReadableStream<Uint8Array>,
  { onChunk, during = read => read, onEnd }: BodyWatch,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const byob = byobReader(body);
  const reader = byob ?? body.getReader();
  const fail = (controller: ReadableStreamController<Uint8Array>, error: unknown) => {
    onEnd(false);
    reader.cancel().catch(() => {});
    controller.error(error);
  };
  const cancel = (reason: unknown) => {
    onEnd(false);
    return reader.cancel(reason);
  };
  const strategy = { highWaterMark: 0 };
  const watched = async <Result extends ReadableStreamReadResult<Uint8Array>>(read: Promise<Result>) => {
    const result = await during(read);
    if (result.done) onEnd(true);
    else onChunk(result.value.length);
    return result;
  };
  if (!byob) {
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      try {
        const { done, value } = await watched((reader as ReadableStreamDefaultReader<Uint8Array>).read());
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        fail(controller, error);
      }
    };
    return new ReadableStream({ pull, cancel }, strategy) as ReadableStream<Uint8Array<ArrayBuffer>>;
  }
  const pull = async (controller: ReadableByteStreamController) => {
    const request = controller.byobRequest; // absent if the other side has no memory of its own
    const { buffer, byteOffset, byteLength } = request?.view ?? new Uint8Array(chunkBytes);
    try {
      const { done, value } = await watched(byob.read(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)));
      if (done) controller.close();
      if (request) request.respondWithNewView(value!);
      else if (!done) controller.enqueue(value);
    } catch (error) {
      fail(controller, error);
    }
  };
  return new ReadableStream({ type: 'bytes', pull, cancel }, strategy);
}
