/** What standard output can show. */
export interface Screen {
  /** Characters that fit in a line. */
  readonly width: number;
  /** 24-bit colours, the 256 of xterm, or none. */
  readonly colors: '24-bit' | '256' | 'none';
  /** Whether it is a terminal. */
  readonly isTerminal: boolean;
}

/** The width of a file or a pipe. */
const defaultWidth = 80;

/**
 * What standard output can show: colours only on a terminal that has 256 or more, and not if the environment variable
 * `NO_COLOR` is set (no-color.org). `COLUMNS` is the width of what is no terminal, else 80.
 */
export function screenOf(stream: NodeJS.WriteStream = process.stdout, env = process.env): Screen {
  const isTerminal = stream.isTTY === true;
  const columns = isTerminal ? stream.columns : Number(env.COLUMNS);
  const width = Number.isInteger(columns) && columns > 0 ? columns : defaultWidth;
  const depth = isTerminal && !env.NO_COLOR && env.TERM !== 'dumb' ? stream.getColorDepth(env) : 1;
  return { width, colors: depth >= 24 ? '24-bit' : depth >= 8 ? '256' : 'none', isTerminal };
}
