import { failFile } from '../../errors.js';

/** One field of a message. `bits` holds a varint or a fixed 32-bit value, `bytes` a length-delimited value. */
export interface Field {
  readonly number: number;
  /** The low 32 bits of a varint, or the fixed value, as a signed number. */
  readonly bits: number;
  readonly bytes: Uint8Array;
}

const none = /*#__PURE__*/ new Uint8Array(0);

/** Reads the fields of a message in the wire format of protocol buffers. Every length is checked before it is used. */
export function* readFields(message: Uint8Array, where: string): Generator<Field> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const reader = new WireReader(message, where);
  while (reader.at < message.length) {
    const begin = reader.at;
    const tag = reader.read();
    const number = tag >>> 3;
    if (number === 0) failFile(`${where} holds field 0 at byte ${begin}; it is no protobuf message`);
    switch (tag & 7) {
      case 0:
        yield { number, bits: reader.read(), bytes: none };
        break;
      case 1:
        reader.take(8); // no field of interest has this type
        break;
      case 2:
        yield { number, bits: 0, bytes: reader.take(reader.read() >>> 0) };
        break;
      case 5: {
        const { at } = reader;
        reader.take(4);
        yield { number, bits: view.getInt32(at, true), bytes: none };
        break;
      }
      default:
        failFile(`${where} holds a field of wire type ${tag & 7} at byte ${begin}; it is no protobuf message`);
    }
  }
}

class WireReader {
  at = 0;

  constructor(
    readonly bytes: Uint8Array,
    readonly where: string,
  ) {}

  /** A varint of at most ten bytes: its low 32 bits as a signed number. */
  read(): number {
    let bits = 0;
    for (let index = 0; index < 10; index++) {
      if (this.at >= this.bytes.length)
        failFile(`${this.where} ends within a number, after ${this.bytes.length} bytes`);
      const byte = this.bytes[this.at++]!;
      if (index < 5) bits |= (byte & 127) << (7 * index);
      if (byte < 128) return bits;
    }
    return failFile(`${this.where} holds a number of more than ten bytes before byte ${this.at}`);
  }

  /** The next `length` bytes. */
  take(length: number): Uint8Array {
    const left = this.bytes.length - this.at;
    if (length > left) failFile(`${this.where} says that ${length} bytes follow at byte ${this.at}, ${left} do`);
    return this.bytes.subarray(this.at, (this.at += length));
  }
}
